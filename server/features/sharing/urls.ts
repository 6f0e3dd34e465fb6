/**
 * The URLs at which a recording is watched.
 * @param base the app's URL, without a trailing slash
 * @param token of a share link, if there is one
 */
export function watchUrls(base: string, name: string, token?: string) {
  const to = (folder: string) =>
    `${base}/${folder}/${encodeURIComponent(name)}${token === undefined ? '' : `?share=${token}`}`;
  return {
    /** The watch page. */
    url: to('watch'),
    /** The video file. */
    videoUrl: to('recordings'),
    /** The embedded player. */
    embedUrl: to('embed'),
    /** The poster, if there is one. */
    posterUrl: to('posters'),
  };
}
