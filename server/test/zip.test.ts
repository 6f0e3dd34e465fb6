import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get as request, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import t from 'tap';
import { fromBufferPromise } from 'yauzl';
import { manifestOf } from '../features/recordings/manifest.ts';
import { zipLength, zipOf } from '../features/recordings/zip.ts';
import { bucketOf, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { startRecording, untilEnded } from './support/recording.ts';
import { until } from './support/until.ts';

const startedAt = Date.parse('2026-01-31T10:15:30Z');

/** What is in a ZIP, as a reader sees it that is not ours. */
async function unzip(bytes: Buffer) {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true });
  const files: { name: string; bytes: Buffer; date: Date }[] = [];
  for await (const entry of zip.eachEntry()) {
    const content = await buffer(await zip.openReadStreamPromise(entry));
    if (entry.crc32 !== crc32(content)) throw new Error(`${entry.fileName}: wrong CRC`);
    if (!(entry.generalPurposeBitFlag & 0x800)) throw new Error(`${entry.fileName}: not in UTF-8`);
    files.push({ name: entry.fileName, bytes: content, date: entry.getLastModDate() });
  }
  return files;
}

t.test('several recordings as one ZIP', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { path } = config.recordings;
  const { put } = await bucketOf(config);
  const { url, post, trpc } = await serve(t, config);
  const at = `${url}/recordings/zip`;

  /** A recording in the bucket: its name, and its media. */
  const store = async (id: string, title?: string, media: Buffer = randomBytes(5_000)) => {
    const name = `Équipe "A" 🎥-RM_${id}-2026-01-31T101530.mp4`;
    const recording = { id, name, roomName: 'Équipe "A" 🎥', roomId: `RM_${id}`, startedAt, title };
    await put(path + name, media);
    await put(
      `${path}${name}.json`,
      JSON.stringify(manifestOf({ ...recording, size: media.length, status: 'ready', endedBy: 'stop' })),
    );
    return { name, media };
  };
  const one = await store('1', 'Kick-off: a/b "c" 🎥');
  const two = await store('2', 'Kick-off: a/b "c" 🎥');
  const three = await store('3');
  const empty = await store('4', 'Nothing', Buffer.alloc(0));
  const names = [one, two, three, empty].map(({ name }) => name);
  const expected = [
    { name: 'Kick-off_ a_b _c_ 🎥.mp4', bytes: one.media },
    { name: 'Kick-off_ a_b _c_ 🎥 (2).mp4', bytes: two.media },
    { name: 'Équipe _A_ 🎥 2026-01-31 10.15.30.mp4', bytes: three.media },
    { name: 'Nothing.mp4', bytes: empty.media },
  ];

  t.test('asked for by a form, by JSON and by GET', async (t) => {
    const query = new URLSearchParams(names.map((name) => ['name', name]));
    for (const [how, answer] of [
      ['a form', () => fetch(at, { method: 'POST', body: query })],
      ['JSON', () => post('/recordings/zip', { names })],
      ['GET', () => fetch(`${at}?${query}`)],
    ] as const) {
      s3.requests.length = 0;
      const response = await answer();
      t.equal(response.status, 200, how);
      t.match(Object.fromEntries(response.headers), {
        'content-type': 'application/zip',
        'content-disposition': /^attachment; filename="Reelroom recordings \d{4}-\d\d-\d\d.zip"$/,
        'cache-control': 'private, no-cache',
        'x-content-type-options': 'nosniff',
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      t.equal(response.headers.get('content-length'), String(bytes.length), 'its length was told');
      t.match(
        await unzip(bytes),
        expected.map((file) => ({ ...file, date: new Date(startedAt) })),
      );
      const asked = s3.requests.filter((one) => one.includes(`/${path}`) && !one.includes('/.reelroom/'));
      t.equal(asked.length, 3 * names.length, asked.join('\n'));
    }
  });

  t.test('one, by its only name; twice is once', async (t) => {
    for (const query of [[one.name], [one.name, one.name]]) {
      const response = await fetch(`${at}?${new URLSearchParams(query.map((name) => ['name', name]))}`);
      const files = await unzip(Buffer.from(await response.arrayBuffer()));
      t.same(
        files.map(({ name }) => name),
        expected.slice(0, 1).map(({ name }) => name),
      );
    }
  });

  t.test('what is refused, and why', async (t) => {
    const failed = 'failed-RM_5-2026-01-31T101530.mp4';
    const recording = { id: '5', name: failed, roomName: 'failed', roomId: 'RM_5', startedAt, size: 0 };
    await put(
      `${path}${failed}.json`,
      JSON.stringify(manifestOf({ ...recording, status: 'failed', failure: 'RECORDER_LOST', error: 'Lost' })),
    );
    const many = Array.from({ length: 1_001 }, (_, index) => `${index}.mp4`);
    for (const [body, status, message] of [
      [{ names: [one.name, 'none.mp4'] }, 404, 'Recording not found: none.mp4'],
      [
        { names: [one.name, failed] },
        400,
        `${failed} cannot be downloaded: only recordings that are ready can`,
      ],
      [{ names: [] }, 400, 'names must have at least one name'],
      [{ names: many }, 400, 'names has too many: at most 1000'],
      [{ names: 'a.mp4' }, 400, 'names must be a list of the names of recordings'],
      [{}, 400, 'names must be a list of the names of recordings'],
      [undefined, 400, 'names must be a list of the names of recordings'],
      [{ names: ['../a.mp4'] }, 400, /^name must be the name of a recording/],
    ] as const) {
      const response = await post('/recordings/zip', body);
      t.equal(response.status, status);
      t.match(await response.json(), { errorMessage: message });
    }
    t.equal((await fetch(at)).status, 400);
    t.equal((await fetch(at, { method: 'POST', body: new URLSearchParams({ name: 'a' }) })).status, 400);
    const form = await fetch(`${url}/recordings/start`, {
      method: 'POST',
      body: new URLSearchParams({ roomName: 'a' }),
    });
    t.equal(form.status, 415, 'nothing else takes a form');
  });

  t.test('one that is still being made, though a file is there, is refused', async (t) => {
    const { name: roomName } = await openRoom(t, config);
    const { name } = await startRecording(trpc, roomName);
    await put(path + name, 'the beginning of it');
    const response = await post('/recordings/zip', { names: [name] });
    t.equal(response.status, 400);
    t.match(await response.json(), { errorMessage: `${name} cannot be downloaded` });
    await trpc.recordings.stop.mutate({ roomName });
    await untilEnded(trpc, name);
  });

  t.test(
    'S3 fails within, or a recording is not the same any more: no answer that looks whole',
    async (t) => {
      const isMedia = (request: string) => request.startsWith('GET ') && request.includes('.mp4?');
      const complete = async () => (await post('/recordings/zip', { names })).arrayBuffer();
      let asked = 0;
      s3.misbehave((request) => (isMedia(request) && ++asked > 1 ? { status: 403 } : undefined));
      t.type(await failure(complete()), Error);
      s3.comeBack();

      asked = 0;
      const other = randomBytes(5_000);
      s3.misbehave((request) => {
        // Slow enough for it to be replaced before.
        if (!isMedia(request) || ++asked !== 2) return undefined;
        void put(path + two.name, other);
        return { delayMs: 1_000 };
      });
      t.type(await failure(complete()), Error);
      s3.comeBack();
      t.equal((await fetch(`${url}/healthz`)).status, 200, 'and nothing else fails');
    },
  );

  t.test('is read from S3 no faster than by whoever downloads it, one file at a time', async (t) => {
    const size = 24 << 20;
    const large = await Promise.all(['6', '7', '8'].map((id) => store(id, 'Large', randomBytes(size))));
    const query = new URLSearchParams(large.map(({ name }) => ['name', name]));
    const isMedia = (one: string) => one.startsWith('GET ') && one.endsWith('.mp4');
    s3.requests.length = 0;
    const before = s3.bytes();
    const sent = request(`${at}?${query}`);
    const [response]: IncomingMessage[] = await once(sent, 'response');
    let seen = -1;
    await until('the transfer to pause', async () => {
      const paused = s3.bytes() === seen && seen > before;
      seen = s3.bytes();
      return paused;
    });
    t.ok(seen - before < size, `${seen - before} bytes were read for somebody who reads none`);
    t.equal(s3.requests.filter(isMedia).length, 1, 'the next is not asked for yet');

    sent.destroy();
    await until('the app to have let go', async () => (await fetch(`${url}/healthz`)).ok);
    response?.destroy();
    t.ok(s3.bytes() - before < size, 'and no more once they leave');
    const again = await fetch(`${at}?${query}`);
    const files = await unzip(Buffer.from(await again.arrayBuffer()));
    t.ok(files.every(({ bytes }, index) => bytes.equals(large[index]?.media ?? Buffer.alloc(0))));
    t.equal(s3.requests.filter(isMedia).length, 1 + large.length);
  });
});

t.test('a ZIP is as long as was said', async (t) => {
  const fileOf = (name: string, size: number) => ({
    ...{ name, size, key: name, etag: '"1"', lastModified: new Date(startedAt) },
  });
  const storage = (files: { key: string; size: number }[]) => ({
    get: async (key: string) => ({
      status: 200,
      body: Readable.from(Buffer.alloc(files.find((file) => file.key === key)?.size ?? 0, key)),
    }),
  });
  const zip = async (files: ReturnType<typeof fileOf>[]) =>
    buffer(zipOf(storage(files), files, new AbortController().signal));

  t.test('of any files', async (t) => {
    const name = fc.string({ minLength: 1, unit: 'grapheme' }).map((text) => `${text}.mp4`);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.record({ name, size: fc.nat(300_000) }), {
          selector: (file) => file.name,
          maxLength: 6,
        }),
        async (made) => {
          const files = made.map(({ name, size }) => fileOf(name, size));
          t.equal(BigInt((await zip(files)).length), zipLength(files));
        },
      ),
      { numRuns: 50 },
    );
  });

  t.test('and ends in the error of a file that is not the same any more', async (t) => {
    for (const status of [404, 412]) {
      const storage = { get: async () => ({ status }) };
      const zip = zipOf(storage, [fileOf('a.mp4', 3)], new AbortController().signal);
      t.match(await failure(buffer(zip)), { code: 'STORAGE_UNAVAILABLE' });
    }
  });

  t.test('of a thousand, whose directory is larger than 64 KiB', async (t) => {
    const files = Array.from({ length: 1_000 }, (_, index) => fileOf(`${'long '.repeat(40)}${index}.mp4`, 3));
    const bytes = await zip(files);
    t.equal(BigInt(bytes.length), zipLength(files));
    t.equal((await unzip(bytes)).length, 1_000);
  });

  t.test('of more than 4 GiB: what APPNOTE says, with ZIP64 where it is needed', async (t) => {
    const size = fc.oneof(fc.nat(1_000), fc.integer({ min: 2 ** 32 - 3, max: 2 ** 32 + 3 }), fc.nat(2 ** 36));
    fc.assert(
      fc.property(fc.array(size, { maxLength: 20 }), (sizes) => {
        let offset = 0;
        let directory = 0;
        let isLarge = false;
        for (const [index, one] of sizes.entries()) {
          const name = `${index}.mp4`.length;
          const isLong = one >= 2 ** 32 - 1;
          const isFar = offset >= 2 ** 32 - 1;
          // A header, the file, a data descriptor of 16 bytes or 24 (4.3.9.2).
          directory += 46 + name + (isLong ? 4 + 24 : isFar ? 4 + 8 : 0);
          offset += 30 + name + one + (isLong ? 24 : 16);
          isLarge ||= isLong;
        }
        const ends = 22 + (isLarge || offset >= 2 ** 32 - 1 ? 56 + 20 : 0);
        const files = sizes.map((one, index) => fileOf(`${index}.mp4`, one));
        t.equal(zipLength(files), BigInt(offset + directory + ends));
      }),
    );
  });
});
