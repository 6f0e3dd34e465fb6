import fc from 'fast-check';
import t from 'tap';
import { pairFiles } from '../features/index/pair-files.ts';

const path = 'recordings/';
const inOrder = (keys: string[]) =>
  [...keys].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));

async function* filesOf(names: string[]) {
  for (const name of inOrder(names)) yield { key: path + name, size: 1, lastModified: new Date(0) };
}

/** Each as `name: media manifest`, or `other: name`. */
async function pairsOf(names: string[]): Promise<string[]> {
  const pairs: string[] = [];
  for await (const pair of pairFiles(filesOf(names), path))
    if ('other' in pair) pairs.push(`other: ${pair.other.key.slice(path.length)}`);
    else pairs.push(`${pair.name}:${pair.media ? ' media' : ''}${pair.manifest ? ' manifest' : ''}`);
  return pairs.sort();
}

t.test('media and manifests, together and alone, and what is neither', async (t) => {
  t.same(await pairsOf(['a.mp4', 'a.mp4.json', 'b.mp4', 'c.mp4.json', 'EG_1.json', 'notes.txt']), [
    'a.mp4: media manifest',
    'b.mp4: media',
    'c.mp4: manifest',
    'other: EG_1.json',
    'other: notes.txt',
  ]);
  t.same(await pairsOf([]), []);
});

t.test('whatever comes between them in the order of keys', async (t) => {
  const name = fc.string({
    unit: fc.constantFrom('a', '-', '.', '.mp4', ' ', 'é'),
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name), fc.uniqueArray(name), async (media, manifests) => {
      const names = [...media.map((one) => `${one}.mp4`), ...manifests.map((one) => `${one}.mp4.json`)];
      const right = [...new Set([...media, ...manifests])].map(
        (one) =>
          `${one}.mp4:${media.includes(one) ? ' media' : ''}${manifests.includes(one) ? ' manifest' : ''}`,
      );
      t.strictSame(await pairsOf(names), right.sort());
    }),
  );
});
