/**
 * `url` as a base for paths below it: with a slash at its end.
 * @throws {TypeError} when it is not absolute
 */
export function baseOf(url: string | URL): URL {
  if (!URL.canParse(url))
    throw new TypeError(`url must be absolute, such as https://video.example.org (it is "${url}")`);
  const { origin, pathname } = new URL(url);
  return new URL(pathname.replace(/\/*$/, '/'), origin);
}

/** The address of a recording's video, below `base`. */
export const recordingUrl = (base: URL, name: string): string =>
  new URL(`recordings/${encodeURIComponent(name)}`, base).href;
