import fc from 'fast-check';
import t from 'tap';
import { inDeletionOrder, versionLists, type Version } from '../adapters/s3/version-lists.ts';

t.test('which LISTs find the versions of keys', async (t) => {
  const segments = Array.from({ length: 20 }, (_, i) => `r/segments/a/s_${i}.ts`);
  for (const [keys, lists] of [
    [[], []],
    [['a.mp4'], [{ prefix: 'a.mp4', keys: ['a.mp4'], maxPages: Infinity }]],
    [
      ['r/a.mp4', 'r/a.mp4', 'r/b.mp4'],
      [
        { prefix: 'r/a.mp4', keys: ['r/a.mp4'], maxPages: Infinity },
        { prefix: 'r/b.mp4', keys: ['r/b.mp4'], maxPages: Infinity },
      ],
    ],
    [
      [...segments, 'r/a.mp4'],
      [
        { prefix: 'r/segments/a/', keys: segments, maxPages: 3 },
        { prefix: 'r/a.mp4', keys: ['r/a.mp4'], maxPages: Infinity },
      ],
    ],
  ] as const)
    t.same(versionLists([...keys]), lists);
});

/** What was done to an object: it was put, or deleted. */
const history = fc.array(fc.boolean(), { minLength: 1, maxLength: 8 });

t.test(
  'however far versions are deleted, and in whatever order within a DELETE, no older one is found',
  async (t) => {
    fc.assert(
      fc.property(history, fc.nat(), fc.array(fc.nat(), { maxLength: 8 }), (puts, stopAfter, shuffle) => {
        const versions: Version[] = puts.map((isPut, at) => ({
          ...{ key: 'a', id: String(at), isMarker: !isPut },
          isLatest: at === puts.length - 1,
        }));
        const there = new Map(versions.map((version) => [version.id, version]));
        const found = () => [...there.values()].at(-1);
        const latest = found();
        let done = 0;
        for (const some of inDeletionOrder(versions)) {
          const inAnyOrder = some
            .map((version, i) => ({ version, at: shuffle[i] ?? i }))
            .sort((one, other) => one.at - other.at);
          for (const { version } of inAnyOrder) {
            if (done === stopAfter % (versions.length + 1)) return true;
            done += 1;
            there.delete(version.id);
            const now = found();
            if (now !== undefined && now !== latest) t.fail(`${now.id} of ${puts.length} is found`);
          }
        }
        return there.size === versions.length - done;
      }),
    );
  },
);
