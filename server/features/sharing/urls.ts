/**
 * Where a recording is watched.
 * @param base where the app is found, without a slash at its end
 * @param token what a link to it carries, for whoever holds one
 */
export function watchUrls(base: string, name: string, token?: string) {
  const to = (folder: string) =>
    `${base}/${folder}/${encodeURIComponent(name)}${token === undefined ? '' : `?share=${token}`}`;
  return {
    /** The page that plays it. */
    url: to('watch'),
    /** The video itself. */
    videoUrl: to('recordings'),
    /** The player alone. */
    embedUrl: to('embed'),
    /** Its picture, where it has one. */
    posterUrl: to('posters'),
  };
}
