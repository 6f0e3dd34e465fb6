import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { recordingName, type Recording, type RecordingFilter } from '@reelroom/shared';
import t from 'tap';
import { compileFilter } from '../features/index/filter.ts';
import { allNewestFirst, newestFirst } from '../features/index/newest-first.ts';
import { allOldestFirst, oldestFirst } from '../features/index/oldest-first.ts';
import { positionOf } from '../features/index/position.ts';
import { memoryIndex } from './support/memory-bucket.ts';

const noon = Date.UTC(2026, 0, 31, 12);
const minute = 60_000;

const make = (startedAt: number, roomName: string, isFailed: boolean): Recording => ({
  ...{ id: 'EG_1', name: recordingName({ name: roomName, id: 'RM_1' }, startedAt), roomName, roomId: 'RM_1' },
  ...{ startedAt, size: 1, status: isFailed ? 'failed' : 'ready' },
});

/** Some close together, some far apart, some of the same millisecond. */
const time = fc.oneof(
  fc.integer({ min: noon - 20 * minute, max: noon }),
  fc.integer({ min: 0, max: noon }),
  fc.integer({ min: 0, max: 20 }).map((days) => noon - days * 24 * 60 * minute),
);
const recordings = fc
  .uniqueArray(
    fc.tuple(time, fc.constantFrom('a', 'B', 'é/|'), fc.boolean()).map((parts) => make(...parts)),
    { selector: ({ name }) => name, maxLength: 60 },
  )
  .map((some) => some.sort((one, other) => (positionOf(one) < positionOf(other) ? -1 : 1)));

const iso = fc.option(
  time.map((at) => new Date(at).toISOString()),
  { nil: undefined },
);
const filter: fc.Arbitrary<RecordingFilter> = fc.record({
  roomName: fc.constantFrom(undefined, undefined, '', 'a', 'é/|'),
  status: fc.constantFrom(undefined, undefined, 'failed' as const),
  search: fc.constantFrom(undefined, undefined, 'A', 'e'),
  from: iso,
  to: iso,
});

async function gather(all: AsyncIterable<Recording>): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of all) names.push(name);
  return names;
}

t.test('page by page and all at once: what is wanted, all of it, in order', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      recordings,
      filter,
      fc.constantFrom('newest', 'oldest'),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 2, max: 12 }),
      async (some, filter, order, limit, atOnce) => {
        const keys = new Set<string>();
        const { index, lists } = memoryIndex(keys, atOnce);
        for (const recording of some) await index.put(recording);
        const wanted = compileFilter(filter);
        const right = some.filter(wanted.matches).map(({ name }) => name);
        if (order === 'oldest') right.reverse();

        const [page, all] =
          order === 'oldest' ? [oldestFirst, allOldestFirst] : [newestFirst, allNewestFirst];
        if (!isDeepStrictEqual(await gather(all(index, wanted)), right)) t.fail('all at once');

        const seen: string[] = [];
        let after: string | undefined;
        do {
          const before = lists();
          const found = await page(index, wanted, { after, limit });
          if (found.recordings.length > limit) t.fail('more than were asked for');
          if (order === 'newest' && lists() - before > 5) t.fail(`${lists() - before} LISTs`);
          seen.push(...found.recordings.map(({ name }) => name));
          after = found.position;
        } while (after !== undefined);
        if (!isDeepStrictEqual(seen, right)) t.strictSame(seen, right);
      },
    ),
    { numRuns: 150 },
  );
  t.pass('checked');
});

t.test('pages are stable while recordings come and go', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      recordings,
      recordings,
      fc.constantFrom('newest', 'oldest'),
      async (stay, others, order) => {
        const { index } = memoryIndex(new Set(), 10);
        const names = new Set(stay.map(({ name }) => name));
        const come = others.filter(({ name }) => !names.has(name));
        for (const recording of stay) await index.put(recording);
        const page = order === 'oldest' ? oldestFirst : newestFirst;
        const seen: string[] = [];
        let after: string | undefined;
        let round = 0;
        do {
          const found = await page(index, compileFilter({}), { after, limit: 4 });
          seen.push(...found.recordings.map(({ name }) => name).filter((name) => names.has(name)));
          after = found.position;
          const other = come[round];
          if (other) await index.put(other);
          const renamed = stay[round];
          if (renamed) {
            const now = { ...renamed, title: `title ${round}` };
            await index.put(now);
            await index.removeStale(renamed, now);
          }
          round += 1;
        } while (after !== undefined && round < 200);
        const right = stay.map(({ name }) => name);
        t.strictSame(seen, order === 'oldest' ? right.reverse() : right);
      },
    ),
    { numRuns: 100 },
  );
});

t.test('of two entries of a recording one is shown, also where a page ends between them', async (t) => {
  const recording = make(noon, 'a', false);
  for (const limit of [1, 2]) {
    const { index, doubled } = memoryIndex(new Set(), 10);
    await index.put(recording);
    await index.put({ ...recording, title: 'other' });
    await index.put(make(noon - minute, 'a', false));
    const first = await newestFirst(index, compileFilter({}), { after: undefined, limit });
    t.equal(first.recordings[0]?.name, recording.name);
    if (limit === 1) {
      const second = await newestFirst(index, compileFilter({}), { after: first.position, limit });
      t.equal(second.recordings[0]?.startedAt, noon - minute);
    }
    t.ok(doubled.includes(recording.name), 'somebody hears of it');
  }
});

t.test('what is not an entry is passed over', async (t) => {
  const keys = new Set<string>();
  const { index } = memoryIndex(keys, 3);
  await index.put(make(noon, 'a', false));
  for (let i = 0; i < 5; i += 1) keys.add(`${index.folderOf()}0000/foreign ${i}`);
  const found = await newestFirst(index, compileFilter({}), { after: undefined, limit: 50 });
  t.equal(found.recordings.length, 1);
});

t.test(
  'a hundred kept in the last quarter of an hour, and one long ago: oldest first in few LISTs',
  async (t) => {
    const { index, lists } = memoryIndex(new Set(), 1_000);
    for (let i = 0; i < 3_000; i += 1) await index.put(make(noon - i * 100, 'a', false));
    await index.put(make(1_000, 'a', false));
    const found = await oldestFirst(index, compileFilter({}), { after: undefined, limit: 50 });
    t.equal(found.recordings[0]?.startedAt, 1_000);
    t.equal(found.recordings[1]?.startedAt, noon - 2_999 * 100);
    t.ok(lists() <= 10, `${lists()} LISTs`);
  },
);
