import { base } from './base.ts';
import { allRecordings, filterQuery, parseFilter, type LibraryFilter } from './library-filter.ts';
import { parseStart } from '../lib/start-time.ts';
import { timeZone } from '../lib/time-zone.ts';

/** The parameters of a link to a recording's player. */
export interface Watch {
  recordingName: string;
  /** The token of a share link. */
  share: string | undefined;
  /** Where to begin, in s. */
  start: number;
}

/** The pages of the client and the addresses that lead to them. */
export type Route =
  | { page: 'join'; roomName: string | undefined }
  | { page: 'room'; roomName: string; invite: string | undefined }
  | { page: 'library'; filter: LibraryFilter }
  | ({ page: 'watch' } & Watch)
  | ({ page: 'embed'; autoplay: boolean } & Watch)
  | { page: 'not-found' };

const withQuery = (path: string, roomName: string | undefined) =>
  roomName ? `${path}?${new URLSearchParams({ roomName })}` : path;

/** An address with those query parameters that are defined. */
function withParameters(path: string, parameters: Record<string, string | number | undefined>): string {
  const given = Object.entries(parameters).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, String(value)]],
  );
  return given.length > 0 ? `${path}?${new URLSearchParams(given)}` : path;
}

/** The parameters of a link to a moment of a recording. */
interface Moment {
  share?: string | undefined;
  /** In s; its beginning needs no saying. */
  start?: number;
}

const momentOf = ({ share, start = 0 }: Moment) => ({
  t: start >= 1 ? Math.floor(start) : undefined,
  share,
});

/** The address of each page. */
export const paths = {
  join: (roomName?: string) => withQuery(`${base}/`, roomName),
  // `.` and `..` are good room names, and a browser resolves them away when they are a path's part.
  room: (roomName: string, invite?: string) =>
    /^\.{1,2}$/.test(roomName)
      ? withParameters(`${base}/room/`, { roomName, invite })
      : withParameters(`${base}/room/${encodeURIComponent(roomName)}`, { invite }),
  library: (filter: Partial<LibraryFilter> = {}) =>
    `${base}/library${filterQuery({ ...allRecordings, ...filter })}`,
  /** The page that plays it. */
  watch: (recordingName: string, moment: Moment = {}) =>
    withParameters(`${base}/watch/${encodeURIComponent(recordingName)}`, momentOf(moment)),
  /** The player alone, for a frame on another page. */
  embed: (recordingName: string, moment: Moment = {}) =>
    withParameters(`${base}/embed/${encodeURIComponent(recordingName)}`, momentOf(moment)),
  video: (recordingName: string, share?: string) =>
    withParameters(`${base}/recordings/${encodeURIComponent(recordingName)}`, { share }),
  /** The video as a download, named after its title, or else with the reader's local time. */
  download: (
    recordingName: string,
    { title = '', share }: { title?: string | undefined; share?: string | undefined } = {},
  ) =>
    withParameters(`${base}/recordings/${encodeURIComponent(recordingName)}`, {
      ...{ download: title, share },
      tz: timeZone(),
    }),
  /** Several recordings as one file: takes their names, and the reader's zone, in a form. */
  zip: () => `${base}/recordings/zip`,
  /** A recording's picture, where it has one. */
  poster: (recordingName: string, share?: string) =>
    withParameters(`${base}/posters/${encodeURIComponent(recordingName)}`, { share }),
  /** Thumbnails and their times: WebVTT. */
  thumbnails: (recordingName: string, share?: string) =>
    withParameters(`${base}/thumbs/${encodeURIComponent(recordingName)}/index.vtt`, { share }),
  /** A recording in progress, from its beginning: an HLS playlist. */
  live: (recordingName: string) => `${base}/live/${encodeURIComponent(recordingName)}/index.m3u8`,
};

const decode = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
};

function playerRoute(isEmbed: boolean, recordingName: string | undefined, query: URLSearchParams): Route {
  if (!recordingName?.endsWith('.mp4')) return { page: 'not-found' };
  const watch = {
    recordingName,
    share: query.get('share') || undefined,
    start: parseStart(query.get('t')),
  };
  // `?autoplay`, or with a value as others write it.
  const autoplay = !['0', 'false', null].includes(query.get('autoplay'));
  return isEmbed ? { page: 'embed', autoplay, ...watch } : { page: 'watch', ...watch };
}

/** The page of an address; one outside of our base is not ours. */
export function matchRoute({ pathname: path, search }: { pathname: string; search: string }): Route {
  if (path !== base && !path.startsWith(`${base}/`)) return { page: 'not-found' };
  const pathname = path.slice(base.length) || '/';
  const query = new URLSearchParams(search);
  const queryName = query.get('roomName') || undefined;
  if (pathname === '/') return { page: 'join', roomName: queryName };
  if (/^\/library\/?$/.test(pathname)) return { page: 'library', filter: parseFilter(search) };
  const [, player, name = ''] = /^\/(watch|embed)\/([^/]+)\/?$/.exec(pathname) ?? [];
  if (player) return playerRoute(player === 'embed', decode(name), query);
  const part = /^\/room\/([^/]*)\/?$/.exec(pathname)?.[1];
  const roomName = part ? decode(part) : part === '' ? queryName : undefined;
  const invite = query.get('invite') || undefined;
  return roomName ? { page: 'room', roomName, invite } : { page: 'not-found' };
}
