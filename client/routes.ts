import { base } from './base.ts';
import { allRecordings, filterQuery, parseFilter, type LibraryFilter } from './library/filter.ts';

/** The pages of the client and the addresses that lead to them. */
export type Route =
  | { page: 'join'; roomName: string | undefined }
  | { page: 'room'; roomName: string }
  | { page: 'library'; filter: LibraryFilter }
  | { page: 'not-found' };

const withQuery = (path: string, roomName: string | undefined) =>
  roomName ? `${path}?${new URLSearchParams({ roomName })}` : path;

/** The address of each page. */
export const paths = {
  join: (roomName?: string) => withQuery(`${base}/`, roomName),
  // `.` and `..` are good room names, and a browser resolves them away when they are a path's part.
  room: (roomName: string) =>
    /^\.{1,2}$/.test(roomName)
      ? withQuery(`${base}/room/`, roomName)
      : `${base}/room/${encodeURIComponent(roomName)}`,
  library: (filter: Partial<LibraryFilter> = {}) =>
    `${base}/library${filterQuery({ ...allRecordings, ...filter })}`,
  video: (recordingName: string) => `${base}/recordings/${encodeURIComponent(recordingName)}`,
  /** A recording's picture, where it has one. */
  poster: (recordingName: string) => `${base}/posters/${encodeURIComponent(recordingName)}`,
  /** A recording while it is being made, from its beginning: an HLS playlist. */
  live: (recordingName: string) => `${base}/live/${encodeURIComponent(recordingName)}/index.m3u8`,
};

const decode = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
};

/** The page that an address leads to; what is not below our base is somebody else's. */
export function matchRoute({ pathname: path, search }: { pathname: string; search: string }): Route {
  if (path !== base && !path.startsWith(`${base}/`)) return { page: 'not-found' };
  const pathname = path.slice(base.length) || '/';
  const queryName = new URLSearchParams(search).get('roomName') || undefined;
  if (pathname === '/') return { page: 'join', roomName: queryName };
  if (/^\/library\/?$/.test(pathname)) return { page: 'library', filter: parseFilter(search) };
  const part = /^\/room\/([^/]*)\/?$/.exec(pathname)?.[1];
  const roomName = part ? decode(part) : part === '' ? queryName : undefined;
  return roomName ? { page: 'room', roomName } : { page: 'not-found' };
}
