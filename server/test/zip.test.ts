import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get as request, type IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import t from 'tap';
import { manifestOf } from '../bucket/manifest.ts';
import { createChecksums } from '../features/playback/checksums.ts';
import { zipLayout } from '../features/playback/zip-layout.ts';
import { zipOf, type ZippedFile } from '../features/playback/zip.ts';
import type { Source } from '../http/sending/send-object.ts';
import type { ObjectRequest } from '../adapters/s3/types.ts';
import { bucketOf, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { startRecording, untilEnded } from './support/recording.ts';
import { until } from './support/until.ts';
import { unzip } from './support/unzip.ts';

const startedAt = Date.parse('2026-01-31T10:15:30Z');

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
    { name: 'Équipe _A_ 🎥 2026-01-31 10.15.30 UTC.mp4', bytes: three.media },
    { name: 'Nothing.mp4', bytes: empty.media },
  ];

  t.test('asked for by a form, by JSON and by GET', async (t) => {
    const query = new URLSearchParams(names.map((name) => ['name', name]));
    for (const [how, answer] of [
      ['a form', () => fetch(at, { method: 'POST', body: query })],
      ['JSON', () => post('/recordings/zip', { names })],
      [
        'a form, with a Range',
        () => fetch(at, { method: 'POST', body: query, headers: { range: 'bytes=5-' } }),
      ],
      ['GET', () => fetch(`${at}?${query}`)],
    ] as const) {
      s3.requests.length = 0;
      const response = await answer();
      t.equal(response.status, 200, how);
      t.match(Object.fromEntries(response.headers), {
        'content-type': 'application/zip',
        'content-disposition': /^attachment; filename="Reelroom recordings \d{4}-\d\d-\d\d UTC.zip"$/,
        'cache-control': 'private, no-cache',
        'x-content-type-options': 'nosniff',
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      t.equal(response.headers.get('content-length'), String(bytes.length), 'its length was told');
      t.match(
        await unzip(bytes),
        expected.map((file) => ({ ...file, date: startedAt, shown: startedAt })),
      );
      const asked = s3.requests.filter((one) => one.includes(`/${path}`) && !one.includes('/.reelroom/'));
      // Of the empty one there is nothing to get.
      t.equal(asked.length, 3 * names.length - 1, asked.join('\n'));
    }
  });

  t.test('in ranges, and its head alone', async (t) => {
    const address = `${at}?${new URLSearchParams(names.map((name) => ['name', name]))}`;
    const whole = await fetch(address);
    const bytes = Buffer.from(await whole.arrayBuffer());
    const etag = whole.headers.get('etag') ?? '';
    t.match(etag, /^"[0-9a-f]{32}"$/);
    t.equal(whole.headers.get('accept-ranges'), 'bytes');

    const rest = await fetch(address, { headers: { range: 'bytes=7000-', 'if-range': etag } });
    t.equal(rest.status, 206);
    t.equal(rest.headers.get('content-range'), `bytes 7000-${bytes.length - 1}/${bytes.length}`);
    t.ok(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(7_000)), 'as curl -C - takes it up');
    const other = await fetch(address, { headers: { range: 'bytes=7000-', 'if-range': '"other"' } });
    t.equal(other.status, 200);
    // It is read from S3 until it is taken.
    await other.arrayBuffer();
    t.equal((await fetch(address, { headers: { range: `bytes=${bytes.length}-` } })).status, 416);
    t.equal((await fetch(address, { headers: { 'if-none-match': etag } })).status, 304);

    s3.requests.length = 0;
    const head = await fetch(address, { method: 'HEAD' });
    t.equal(head.status, 200);
    for (const name of ['etag', 'content-length', 'content-type', 'content-disposition'])
      t.equal(head.headers.get(name), whole.headers.get(name), name);
    t.notOk(s3.requests.some((request) => request.startsWith('GET ') && request.endsWith('.mp4')));

    const others = new URLSearchParams(names.toReversed().map((name) => ['name', name]));
    t.not((await fetch(`${at}?${others}`, { method: 'HEAD' })).headers.get('etag'), etag);
  });

  t.test('where the reader is', async (t) => {
    const tz = 'Asia/Tokyo';
    const query = new URLSearchParams([['tz', tz], ...[three, one].map(({ name }) => ['name', name])]);
    const today = () => new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    for (const [how, answer] of [
      ['a form', () => fetch(at, { method: 'POST', body: query })],
      ['JSON', () => post('/recordings/zip', { tz, names: [three.name, one.name] })],
      ['GET', () => fetch(`${at}?${query}`)],
    ] as const) {
      const days = [today()];
      const response = await answer();
      days.push(today());
      const [, day = ''] =
        /recordings ([\d-]+)\.zip"$/.exec(response.headers.get('content-disposition') ?? '') ?? [];
      t.ok(days.includes(day), `${how}: ${day}`);
      const shown = { date: startedAt, shown: startedAt + 9 * 3_600_000 };
      t.match(
        await unzip(Buffer.from(await response.arrayBuffer())),
        [
          { name: 'Équipe _A_ 🎥 2026-01-31 19.15.30.mp4', ...shown },
          { name: 'Kick-off_ a_b _c_ 🎥.mp4', ...shown },
        ],
        how,
      );
    }

    const tagIn = async (zone: string) => {
      query.set('tz', zone);
      return (await fetch(`${at}?${query}`, { method: 'HEAD' })).headers.get('etag') ?? '';
    };
    const tag = await tagIn(tz);
    t.not(await tagIn('America/Los_Angeles'), tag, 'the bytes are others');
    t.equal(await tagIn(tz), tag);
    const rest = await fetch(`${at}?${query}`, { headers: { range: 'bytes=100-', 'if-range': tag } });
    t.equal(rest.status, 206);
    await rest.arrayBuffer();

    for (const answer of [
      await fetch(`${at}?name=${encodeURIComponent(one.name)}&tz=Mars/Olympus`),
      await post('/recordings/zip', { tz: 'Mars/Olympus', names: [one.name] }),
    ]) {
      t.equal(answer.status, 400);
      t.match(await answer.json(), { code: 'INVALID_INPUT', errorMessage: /^tz must be a time zone/ });
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
    ...{
      name,
      size,
      key: name,
      etag: '"1"',
      lastModified: new Date(startedAt),
      shownAs: new Date(startedAt),
    },
  });
  const contentOf = ({ key, size }: { key: string; size: number }) => Buffer.alloc(size, key);
  /** An S3 of these files; `bytes` is how many were read. */
  const storageOf = (files: ZippedFile[]) => {
    const storage = {
      bytes: 0,
      get: async (key: string, { Range = '' }: ObjectRequest) => {
        const file = files.find((one) => one.key === key);
        const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(Range) ?? [];
        const content = contentOf(file ?? { key, size: 0 });
        const part = last === undefined ? content : content.subarray(Number(first), Number(last) + 1);
        async function* pieces() {
          for (let at = 0; at < part.length; at += 50_000) {
            storage.bytes += part.subarray(at, at + 50_000).length;
            yield part.subarray(at, at + 50_000);
          }
        }
        return {
          status: last === undefined ? 200 : 206,
          body: Readable.from(pieces(), { objectMode: false }),
        };
      },
    };
    return storage;
  };
  const { signal } = new AbortController();
  /** A ZIP, or a range of one, as it comes. */
  const bytesOf = async (zip: Source, range?: string) => {
    const { body } = await zip.get(range, signal);
    return body ? buffer(body) : Buffer.alloc(0);
  };
  const zip = (files: ZippedFile[]) => bytesOf(zipOf(storageOf(files), createChecksums(), files));

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
          t.equal((await zip(files)).length, zipLayout(files).length);
        },
      ),
      { numRuns: 50 },
    );
  });

  t.test('and ends in the error of a file that is not the same any more', async (t) => {
    for (const status of [404, 412]) {
      const storage = { get: async () => ({ status }) };
      const zip = zipOf(storage, createChecksums(), [fileOf('a.mp4', 3)]);
      t.match(await failure(bytesOf(zip)), { code: 'STORAGE_UNAVAILABLE' });
    }
  });

  t.test('and any range of it is that part, whoever has read what before', async (t) => {
    const files = [fileOf('a.mp4', 120_000), fileOf('é.mp4', 0), fileOf('c.mp4', 70_001), fileOf('d.mp4', 1)];
    const whole = await zip(files);
    t.equal(new Set((await unzip(whole)).map(({ name }) => name)).size, files.length);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(whole.length - 1)), {
          minLength: 1,
          maxLength: 4,
        }),
        async (ranges) => {
          // A process that has read nothing yet.
          const source = zipOf(storageOf(files), createChecksums(), files);
          for (const [one, other] of ranges) {
            const [first, last] = [Math.min(one, other), Math.max(one, other)];
            const { status, contentRange, contentLength } = await source.get(
              `bytes=${first}-${last}`,
              signal,
            );
            t.match({ status, contentLength }, { status: 206, contentLength: last + 1 - first });
            t.equal(contentRange, `bytes ${first}-${last}/${whole.length}`);
            const part = await bytesOf(source, `bytes=${first}-${last}`);
            if (!part.equals(whole.subarray(first, last + 1))) return false;
          }
          return true;
        },
      ),
      { numRuns: 100 },
    );
  });

  t.test('and taking it up again reads nothing twice where it was read before', async (t) => {
    const files = [fileOf('a.mp4', 400_000), fileOf('b.mp4', 400_000)];
    const whole = await zip(files);
    const storage = storageOf(files);
    const checksums = createChecksums();
    const leave = new AbortController();
    const { body } = await zipOf(storage, checksums, files).get(undefined, leave.signal);
    let at = 0;
    for await (const piece of body ?? []) {
      at += piece.length;
      if (at > 600_000) break;
    }
    const before = storage.bytes;
    const rest = await bytesOf(zipOf(storage, checksums, files), `bytes=${at}-`);
    t.ok(rest.equals(whole.subarray(at)));
    t.ok(storage.bytes - before < 300_000, `${storage.bytes - before} bytes`);

    const other = storageOf(files);
    t.ok((await bytesOf(zipOf(other, createChecksums(), files), `bytes=${at}-`)).equals(whole.subarray(at)));
    t.equal(other.bytes, 800_000, 'another process reads what it needs for the checksums');

    const large = [fileOf('a.mp4', 5 * 2 ** 30), fileOf('b.mp4', 10)];
    const far = zipOf(storageOf([]), createChecksums(), large);
    const statusOf = async (range: string) => (await far.get(range, signal)).status;
    t.equal(await statusOf('bytes=-5'), 200, 'too much would have to be read for it');
    t.equal(await statusOf('bytes=5000000000-5000000009'), 206, 'in mid-file none is needed');
    t.equal(await statusOf(`bytes=${2 ** 40}-`), 416);
  });

  t.test('of a thousand, whose directory is larger than 64 KiB', async (t) => {
    const files = Array.from({ length: 1_000 }, (_, index) => fileOf(`${'long '.repeat(40)}${index}.mp4`, 3));
    const bytes = await zip(files);
    t.equal(bytes.length, zipLayout(files).length);
    t.equal((await unzip(bytes)).length, 1_000);
  });

  t.test('whenever it is from, as near as ZIP has it', async (t) => {
    for (const [moment, shown] of [
      ['1960-05-01T00:00:00Z', '1980-01-01T00:00:00Z'],
      ['2040-05-01T12:00:00Z', '2040-05-01T12:00:00Z'],
      ['2200-01-01T00:00:00Z', '2107-12-31T23:59:58Z'],
    ] as const) {
      const time = { lastModified: new Date(moment), shownAs: new Date(moment) };
      const [file] = await unzip(await zip([{ ...fileOf('a.mp4', 3), ...time }]));
      t.equal(file?.shown, Date.parse(shown), moment);
    }
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
          // With Info-ZIP's time of 9 bytes in both.
          directory += 46 + name + 9 + (isLong ? 4 + 24 : isFar ? 4 + 8 : 0);
          offset += 30 + name + 9 + one + (isLong ? 24 : 16);
          isLarge ||= isLong;
        }
        const ends = 22 + (isLarge || offset >= 2 ** 32 - 1 ? 56 + 20 : 0);
        const files = sizes.map((one, index) => fileOf(`${index}.mp4`, one));
        t.equal(zipLayout(files).length, offset + directory + ends);
      }),
    );
  });
});
