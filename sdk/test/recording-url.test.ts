import fc from 'fast-check';
import t from 'tap';
import { createReelroomClient } from '../client.ts';
import { recordingNameSchema } from '@reelroom/shared';

t.test('a recording has its address below that of the server', async (t) => {
  for (const [url, address] of [
    ['https://example.org', 'https://example.org/recordings/a%20b.mp4'],
    ['https://example.org/', 'https://example.org/recordings/a%20b.mp4'],
    ['https://example.org/video', 'https://example.org/video/recordings/a%20b.mp4'],
    ['http://[::1]:6080/a/b//?c#d', 'http://[::1]:6080/a/b/recordings/a%20b.mp4'],
  ] as const) {
    t.equal(createReelroomClient({ url }).recordingUrl('a b.mp4'), address);
    t.equal(createReelroomClient({ url: new URL(url) }).recordingUrl('a b.mp4'), address);
  }
});

t.test('every name comes out of its address again', async () => {
  const { recordingUrl } = createReelroomClient({ url: 'https://example.org/video' });
  const names = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .map((text) => `${text}.mp4`)
    .filter((name) => recordingNameSchema.safeParse(name).success);
  fc.assert(
    fc.property(names, (name) => {
      const { pathname, search, hash } = new URL(recordingUrl(name));
      const [, prefix, folder, encoded = '', ...more] = pathname.split('/');
      const isWhole = prefix === 'video' && folder === 'recordings' && more.length === 0;
      return isWhole && search === '' && hash === '' && decodeURIComponent(encoded) === name;
    }),
  );
});

t.test('an address that is not absolute is refused by its name', async (t) => {
  for (const url of ['', '/video', 'example.org'])
    t.throws(
      () => createReelroomClient({ url }),
      { name: 'TypeError', message: /^url must be absolute/ },
      url,
    );
});
