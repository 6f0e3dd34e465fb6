import { execFile } from 'node:child_process';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { inspectMedia } from '../features/media/inspect.ts';
import { cutMp4 } from '../features/media/cut.ts';
import { readTables } from '../features/media/read-tables.ts';
import { isFaststart, topBoxes } from '../features/media/moov-first.ts';
import { createParts } from '../features/playback/part.ts';
import { failure } from './support/failure.ts';
import { makeMp4, openVideo } from './support/segments.ts';

t.setTimeout(300_000);

const { signal } = new AbortController();
const run = promisify(execFile);

/** A bucket that has one file, whatever it is asked for. */
function bucketWith(file: () => Buffer, etag = () => '"1"') {
  let gets = 0;
  return {
    gets: () => gets,
    storage: {
      getPart: async (_key: string, start: number, end: number) => ({
        bytes: file().subarray(start, end),
        size: file().length,
        etag: etag(),
      }),
      async get(
        _key: string,
        { Range = '', IfMatch }: { Range?: string | undefined; IfMatch?: string | undefined },
      ) {
        gets += 1;
        if (IfMatch !== etag()) return { status: 412 };
        const [, start, last] = /^bytes=(\d+)-(\d+)$/.exec(Range) ?? [];
        const bytes = file().subarray(Number(start), Number(last) + 1);
        // In pieces, as they come.
        const pieces = Array.from({ length: Math.ceil(bytes.length / 1_000) }, (_, n) =>
          Buffer.from(bytes.subarray(n * 1_000, (n + 1) * 1_000)),
        );
        return { status: 206, body: Readable.from(pieces) };
      },
    },
  };
}

const whole = async (
  parts: ReturnType<typeof createParts>,
  part: { from: number; to: number },
  range?: string,
) => {
  const { status, body, etag, contentLength } = await parts.source('a.mp4', part).get(range, signal);
  return { status, etag, contentLength, bytes: body ? await buffer(body) : Buffer.alloc(0) };
};

/** Each picture, or piece of sound, that is shown: when, in s, and the hash of what it looks like. */
async function decoded(path: string, type: 'v' | 'a') {
  const args = [
    '-v',
    'error',
    '-i',
    path,
    '-map',
    `0:${type}`,
    '-f',
    'framemd5',
    '-fps_mode',
    'passthrough',
    '-',
  ];
  const { stdout } = await run('ffmpeg', args, { maxBuffer: 2 ** 26 });
  const base = /#tb 0: (\d+)\/(\d+)/.exec(stdout);
  const unit = Number(base?.[1]) / Number(base?.[2]);
  return stdout
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, , pts = '', , , hash = ''] = line.split(/,\s*/);
      return { at: Number(pts) * unit, hash: hash.trim() };
    });
}

const cases = {
  'as recorders write it': [],
  'with its tables first': ['-movflags', '+faststart'],
  'with pictures out of order': ['-bf', '2', '-g', '25'],
};

for (const [what, flags] of Object.entries(cases))
  t.test(`a part of a recording ${what}`, async (t) => {
    const file = await makeMp4(t, 9, ...flags);
    const original = await openVideo(t, file);
    const pictures = await decoded(original.path, 'v');
    const { storage } = bucketWith(() => file);
    const parts = createParts({ storage, keyOf: (name) => name });

    for (const { from, to } of [
      { from: 0, to: 2 },
      { from: 2.5, to: 6.25 },
      { from: 3.02, to: 3.5 },
      { from: 6, to: 100 },
    ]) {
      const length = Math.min(to, 9) - from;
      const { bytes, contentLength } = await whole(parts, { from, to });
      t.equal(bytes.length, contentLength);
      const made = await openVideo(t, bytes);
      t.equal(await made.complaints(), '', `${from} to ${to}: ffmpeg has no complaint`);
      t.ok(isFaststart(topBoxes(bytes, 0, bytes.length)));
      const { durationMs } = await parts.describe('a.mp4', { from, to });
      t.ok(Math.abs(durationMs - length * 1_000) < 100, `${durationMs} ms`);
      const media = await inspectMedia(
        { getPart: async (_key, start, end) => ({ bytes: bytes.subarray(start, end), size: bytes.length }) },
        '',
      );
      t.match(media, { hasAudio: true, width: Number });

      const shown = await decoded(made.path, 'v');
      const wanted = pictures.filter(({ at }) => at >= from - 0.001 && at < to - 0.001);
      const hashes = shown.map(({ hash }) => hash);
      // A picture that is on screen when the part begins is shown, too.
      if (hashes.length > wanted.length) hashes.shift();
      t.same(
        hashes,
        wanted.map(({ hash }) => hash),
        'the same pictures',
      );
      const sound = await made.times('audio');
      t.ok((sound.at(-1) ?? 0) < length + 0.05, 'no sound after its end');
      t.ok((sound[0] ?? 0) > -0.05, 'nor before its beginning');
    }
  });

t.test('nothing of other parts is sent', async (t) => {
  const file = await makeMp4(t, 8);
  const { storage } = bucketWith(() => file);
  const tables = await readTables(storage, '');
  if (!tables) throw new Error('no tables');
  const { head, source, kept } = cutMp4({ ...tables, from: 3, to: 5 });
  const { bytes } = await whole(createParts({ storage, keyOf: (name) => name }), { from: 3, to: 5 });
  const expected = Buffer.alloc(source.end - source.start);
  for (const { start, end } of kept) file.copy(expected, start - source.start, start, end);
  t.ok(bytes.equals(Buffer.concat([head, expected])));
  t.ok(kept.length > 1, 'there is something in between');
  t.notOk(bytes.subarray(head.length).equals(file.subarray(source.start, source.end)));
});

t.test('any range of it is what the whole has there, with one GET', async (t) => {
  const file = await makeMp4(t, 6);
  const { storage, gets } = bucketWith(() => file);
  const parts = createParts({ storage, keyOf: (name) => name });
  const part = { from: 1.5, to: 4 };
  const { bytes: all, etag } = await whole(parts, part);
  await fc.assert(
    fc.asyncProperty(fc.nat(all.length - 1), fc.nat(60_000), async (start, length) => {
      const before = gets();
      const { status, bytes, etag: its } = await whole(parts, part, `bytes=${start}-${start + length}`);
      return (
        status === 206 &&
        its === etag &&
        bytes.equals(all.subarray(start, start + length + 1)) &&
        gets() - before <= 1
      );
    }),
    { numRuns: 50 },
  );
  t.ok((await whole(parts, part, 'bytes=-100')).bytes.equals(all.subarray(-100)));
  t.match(await whole(parts, part, `bytes=${all.length}-`), { status: 416, contentLength: all.length });
  t.not((await whole(parts, { from: 1.5, to: 4.5 })).etag, etag, 'another part is another file');
});

t.test('a file that is replaced is cut anew; one that cannot be cut says so', async (t) => {
  let file = await makeMp4(t, 4);
  let etag = '"1"';
  const { storage } = bucketWith(
    () => file,
    () => etag,
  );
  const parts = createParts({ storage, keyOf: (name) => name });
  const part = { from: 1, to: 2 };
  const first = await whole(parts, part);
  file = await makeMp4(t, 4, '-movflags', '+faststart');
  etag = '"2"';
  const second = await whole(parts, part);
  t.not(second.etag, first.etag);
  t.equal(await (await openVideo(t, second.bytes)).complaints(), '');
  for (const [what, bytes] of [
    ['fragments', await makeMp4(t, 1, '-movflags', '+frag_keyframe+empty_moov')],
    ['no MP4', Buffer.from('media')],
    ['cut off', (await makeMp4(t, 1)).subarray(0, 5_000)],
    ['empty', Buffer.alloc(0)],
  ] as const) {
    const { storage } = bucketWith(() => bytes);
    const error = await failure(createParts({ storage, keyOf: (name) => name }).describe('a.mp4', part));
    t.match(error, { name: /UnsupportedMp4|Error/ }, what);
  }
  t.match(await failure(parts.describe('a.mp4', { from: 10, to: 20 })), { name: 'UnsupportedMp4' });
});
