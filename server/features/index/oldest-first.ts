import type { Recording } from '@reelroom/shared';
import type { CompiledFilter } from './filter.ts';
import type { Entry } from './key.ts';
import { listsPerPage, type Found } from './newest-first.ts';
import { keyAfterTime, inFolders } from './position.ts';
import type { Index } from './store.ts';

/**
 * The next `limit` matching recordings, oldest first, newer than the position `after`. S3 lists in key order
 * only, newest first, so this reads the index from its end: its folders, then as many of the last ones as one
 * LIST holds. Two to four LISTs; about five where a filter skips most entries, and then perhaps fewer
 * recordings than `limit` though more follow.
 */
export async function oldestFirst(
  index: Index,
  wanted: CompiledFilter,
  { after, limit }: { after: string | undefined; limit: number },
): Promise<Found> {
  const recordings: Recording[] = [];
  let position = after;
  const walk = backwards(index, wanted, { after, width: limit });
  for await (const { entries, lists } of walk) {
    for (const entry of entries) {
      if (recordings.length === limit) return { recordings, position };
      if (wanted.matches(entry.recording)) recordings.push(entry.recording);
      position = entry.position;
    }
    // Always makes progress.
    if (lists >= listsPerPage && position !== after) return { recordings, position };
  }
  return { recordings, position: undefined };
}

/** All matching recordings, oldest first, as fast as they are consumed: about one LIST per 1,000. */
export async function* allOldestFirst(index: Index, wanted: CompiledFilter): AsyncGenerator<Recording> {
  for await (const { entries } of backwards(index, wanted, { after: undefined, width: 1_000 }))
    for (const { recording } of entries) if (wanted.matches(recording)) yield recording;
}

/**
 * All entries between the bounds, oldest first, in batches.
 * @param width how many folders to begin with; each has at least one entry
 */
async function* backwards(
  index: Index,
  { roomName, from, to }: CompiledFilter,
  { after, width: firstWidth }: { after: string | undefined; width: number },
): AsyncGenerator<{ entries: Entry[]; lists: number }> {
  const folder = index.folderOf(roomName);
  const start = to === Infinity ? folder : folder + keyAfterTime(to);
  /** Everything after it has been yielded. */
  let end = `${folder}~`;
  if (after !== undefined) end = folder + inFolders(after);
  else if (from !== -Infinity) end = folder + keyAfterTime(from);
  let lists = 0;

  const foldersIn = async (parent: string) => {
    lists += 1;
    const folders = await index.foldersIn(parent);
    return folders.filter((one) => one <= end && start.slice(0, one.length) <= one);
  };

  /** The entries after a key and before the end; `next` where more follow. */
  async function list(startAfter: string) {
    lists += 1;
    const { entries, next } = await index.page(folder, { startAfter });
    const wanted = entries.filter(({ key }) => key < end);
    return { entries: wanted, next: wanted.length < entries.length ? undefined : next };
  }

  /** A folder without subfolders, in as many LISTs as it takes. */
  async function listAll(startAfter: string): Promise<Entry[]> {
    const { entries, next } = await list(startAfter);
    return next === undefined ? entries : [...entries, ...(await listAll(next))];
  }

  async function* walk(folders: string[], isDivided: boolean): AsyncGenerator<Entry[]> {
    let width = firstWidth;
    while (folders.length > 0) {
      const first = folders.at(-Math.min(width, folders.length)) ?? '';
      const from = first > start ? first : start;
      const { entries, next } = await list(from);
      if (next === undefined) {
        yield entries.reverse();
      } else if (folders.at(-1) !== first) {
        // Too many for one LIST: retry with at most as many folders as it held.
        const held = new Set(entries.map(({ key }) => key.slice(0, first.length))).size;
        width = Math.max(1, Math.min(held - 1, Math.floor(width / 2)));
        continue;
      } else if (isDivided) yield* walk(await foldersIn(first), false);
      else yield [...entries, ...(await listAll(next))].reverse();
      end = first;
      folders = folders.filter((one) => one < first);
    }
  }

  for await (const entries of walk(await foldersIn(folder), true)) yield { entries, lists };
}
