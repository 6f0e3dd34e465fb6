/**
 * The URLs at which a recording is watched.
 * @param base the app's URL, without a trailing slash
 * @param token of a share link, if there is one
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
