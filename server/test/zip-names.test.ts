import fc from 'fast-check';
import t from 'tap';
import { uniqueNames } from '../features/playback/file-names.ts';

t.test('those that are the same get a number, and nobody gets the name of another', async (t) => {
  for (const [names, expected] of [
    [[], []],
    [['a.mp4'], ['a.mp4']],
    [
      ['a.mp4', 'a.mp4', 'a.mp4'],
      ['a.mp4', 'a (2).mp4', 'a (3).mp4'],
    ],
    [
      ['a.mp4', 'A.mp4'],
      ['a.mp4', 'A (2).mp4'],
    ],
    [
      ['é.mp4', 'e\u0301.mp4'],
      ['é.mp4', 'e\u0301 (2).mp4'],
    ],
    [
      ['a.mp4', 'a.mp4', 'a (2).mp4'],
      ['a.mp4', 'a (3).mp4', 'a (2).mp4'],
    ],
    [
      ['a (2).mp4', 'a.mp4', 'a.mp4'],
      ['a (2).mp4', 'a.mp4', 'a (3).mp4'],
    ],
    [
      [`${'🎥'.repeat(62)}.mp4`, `${'🎥'.repeat(62)}.mp4`],
      [`${'🎥'.repeat(62)}.mp4`, `${'🎥'.repeat(61)} (2).mp4`],
    ],
  ] as const)
    t.same(uniqueNames([...names]), expected);
});

t.test('whatever they are, all are different, and none is too long', async (t) => {
  const stem = fc.oneof(fc.constantFrom('a', 'A', 'a (2)', 'a (2) (2)', 'x'.repeat(251)), fc.string());
  fc.assert(
    fc.property(fc.array(stem, { maxLength: 12 }), (stems) => {
      const names = stems.map((one) => `${one}.mp4`);
      const unique = uniqueNames(names);
      t.equal(new Set(unique.map((name) => name.normalize('NFC').toLowerCase())).size, names.length);
      t.ok(unique.every((name) => name.endsWith('.mp4') && Buffer.byteLength(name) <= 255));
    }),
  );
});
