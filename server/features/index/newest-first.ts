import type { Recording } from '@reelroom/shared';
import { maxKeysPerRequest } from '../../adapters/s3/deletes.ts';
import type { Wanted } from './filter.ts';
import { behind, behindTime } from './position.ts';
import type { Index } from './store.ts';

/** How many LISTs one page may cost, where a filter passes most entries over. */
export const listsPerPage = 5;

/** Part of a list. */
export interface Found {
  recordings: Recording[];
  /** The place of the last recording that was looked at, behind which more may come; nothing at the end. */
  position: string | undefined;
}

const startOf = (folder: string, { to }: Wanted, after: string | undefined) => {
  if (after !== undefined) return folder + behind(after);
  return to === Infinity ? undefined : folder + behindTime(to);
};

/**
 * The next `limit` recordings that are wanted, newest first, behind the position `after`.
 * One LIST where a room and a time are all that is asked for; else five at most, and then
 * perhaps fewer recordings than `limit` with more to come.
 */
export async function newestFirst(
  index: Index,
  wanted: Wanted,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<Found> {
  const folder = index.folderOf(wanted.roomName);
  const recordings: Recording[] = [];
  let startAfter = startOf(folder, wanted, after);
  let position = after;
  // Never without having come any further.
  for (let lists = 0; lists < listsPerPage || position === after; lists += 1) {
    // One more, to know whether there is one.
    const page = await index.page(folder, {
      startAfter,
      limit: wanted.isByPlace ? limit - recordings.length + 1 : maxKeysPerRequest,
    });
    for (const entry of page.entries) {
      if (entry.recording.startedAt < wanted.from) return { recordings, position: undefined };
      if (recordings.length === limit) return { recordings, position };
      if (wanted.matches(entry.recording)) recordings.push(entry.recording);
      position = entry.position;
    }
    if (page.next === undefined) return { recordings, position: undefined };
    startAfter = page.next;
  }
  return { recordings, position };
}

/** All recordings that are wanted, newest first, as fast as they are taken: one LIST per 1,000. */
export async function* allNewestFirst(index: Index, wanted: Wanted): AsyncGenerator<Recording> {
  const folder = index.folderOf(wanted.roomName);
  let startAfter = startOf(folder, wanted, undefined);
  do {
    const page = await index.page(folder, { startAfter });
    for (const { recording } of page.entries) {
      if (recording.startedAt < wanted.from) return;
      if (wanted.matches(recording)) yield recording;
    }
    startAfter = page.next;
  } while (startAfter !== undefined);
}
