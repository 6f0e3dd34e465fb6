import { type ListQuery, type Recording, type RecordingFilter, type RecordingPage } from '@reelroom/shared';
import { indexing } from '../../lib/errors.ts';
import type { VisibleRooms } from '../access/access.ts';
import type { IndexBuilder } from '../index/builder.ts';
import { cursorAfter, positionOfCursor } from '../index/cursor.ts';
import { compileFilter, type CompiledFilter } from '../index/filter.ts';
import { allNewestFirst, newestFirst } from '../index/newest-first.ts';
import { allOldestFirst, oldestFirst } from '../index/oldest-first.ts';
import type { Index } from '../index/store.ts';
import { createSingleFlight } from './coalesce.ts';

/**
 * How long a list waits for an index that is being built, in ms: a page, which can say so, and a complete
 * list.
 */
const shortWaitMs = 2_000;
const longWaitMs = 20_000;

/** Lists recordings: ended ones from the index, live ones from LiveKit. */
export function createListing({
  index,
  builder,
  underWay,
}: {
  index: Index;
  builder: IndexBuilder;
  /** The live recordings, newest first. */
  underWay: () => Promise<Recording[]>;
}) {
  const singleFlight = createSingleFlight<RecordingPage>();

  async function liveRecordings({ matches }: CompiledFilter): Promise<Recording[]> {
    // Without LiveKit the ended recordings are still listed.
    const live = await underWay().catch(() => []);
    return live.filter(matches);
  }

  async function page(query: ListQuery, visible: VisibleRooms): Promise<RecordingPage> {
    const after = positionOfCursor(query);
    const isBuilt = await builder.whenBuilt(shortWaitMs);
    const filter = compileFilter(query, visible);
    const walk = query.order === 'oldest' ? oldestFirst : newestFirst;
    const [live, { recordings, position }] = await Promise.all([
      after === undefined ? liveRecordings(filter) : [],
      walk(index, filter, { after, limit: query.limit }),
    ]);
    const ended = new Set(recordings.map(({ name }) => name));
    return {
      live: live.filter(({ name }) => !ended.has(name)),
      recordings,
      ...(position !== undefined && { nextCursor: cursorAfter(position, query) }),
      ...(!isBuilt && { indexing: true }),
    };
  }

  async function pageOrNewIndex(query: ListQuery, visible: VisibleRooms): Promise<RecordingPage> {
    const first = await page(query, visible);
    if (first.recordings.length > 0 || query.cursor !== undefined) return first;
    // An empty page may mean that the index was deleted.
    await builder.checkBuild();
    return (await builder.whenBuilt(0)) ? first : page(query, visible);
  }

  return {
    /**
     * One page of a list of the recordings of these rooms, live ones on the first. One S3 request, and one to LiveKit; with `order:
     * 'oldest'` two to four; with `search`, `status` or `roomId`, and for who may see some rooms only, about five at most, and then perhaps fewer
     * recordings than `limit` though more follow. Concurrent calls for the same page share its requests.
     * @throws {ReelroomError} INVALID_INPUT for a cursor that is not of this list
     */
    page: (query: ListQuery, visible: VisibleRooms): Promise<RecordingPage> =>
      // Who may see other rooms must not share an answer.
      singleFlight(JSON.stringify([query, visible === 'all' ? visible : [...visible]]), () =>
        pageOrNewIndex(query, visible),
      ),

    /**
     * All ended recordings of these rooms that match, as fast as they are consumed: one S3 request per 1,000. Throws when S3
     * fails on the way.
     * @throws {ReelroomError} INDEXING while the index is being built, after 20 s
     */
    async *all(
      { order, ...filter }: Pick<ListQuery, 'order'> & RecordingFilter,
      visible: VisibleRooms,
    ): AsyncGenerator<Recording> {
      await builder.checkBuild();
      if (!(await builder.whenBuilt(longWaitMs))) throw indexing();
      yield* (order === 'oldest' ? allOldestFirst : allNewestFirst)(index, compileFilter(filter, visible));
    },
  };
}

export type Listing = ReturnType<typeof createListing>;
