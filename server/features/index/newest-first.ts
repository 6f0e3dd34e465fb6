import type { Recording } from '@reelroom/shared';
import { maxKeysPerRequest } from '../../adapters/s3/deletes.ts';
import type { CompiledFilter } from './filter.ts';
import { keyAfter, keyAfterTime } from './position.ts';
import type { Index } from './store.ts';

/** The most LISTs per page, where a filter skips most entries. */
export const listsPerPage = 5;

/** Part of a list. */
export interface Found {
  recordings: Recording[];
  /** The position after which more may follow; undefined at the end. */
  position: string | undefined;
}

const startAfterOf = (folder: string, { to }: CompiledFilter, after: string | undefined) => {
  if (after !== undefined) return folder + keyAfter(after);
  return to === Infinity ? undefined : folder + keyAfterTime(to);
};

/**
 * The next `limit` matching recordings, newest first, after the position `after`. One LIST for a filter by
 * room and time only; else five at most, and then perhaps fewer recordings than `limit` though more follow.
 */
export async function newestFirst(
  index: Index,
  wanted: CompiledFilter,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<Found> {
  const folder = index.folderOf(wanted.roomName);
  const recordings: Recording[] = [];
  let startAfter = startAfterOf(folder, wanted, after);
  let position = after;
  // Always makes progress.
  for (let lists = 0; lists < listsPerPage || position === after; lists += 1) {
    // One more, to know whether more follow.
    const page = await index.page(folder, {
      startAfter,
      limit: wanted.isKeyRange ? limit - recordings.length + 1 : maxKeysPerRequest,
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

/** All matching recordings, newest first, as fast as they are consumed: one LIST per 1,000. */
export async function* allNewestFirst(index: Index, wanted: CompiledFilter): AsyncGenerator<Recording> {
  const folder = index.folderOf(wanted.roomName);
  let startAfter = startAfterOf(folder, wanted, undefined);
  do {
    const page = await index.page(folder, { startAfter });
    for (const { recording } of page.entries) {
      if (recording.startedAt < wanted.from) return;
      if (wanted.matches(recording)) yield recording;
    }
    startAfter = page.next;
  } while (startAfter !== undefined);
}
