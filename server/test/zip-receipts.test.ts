import { randomBytes } from 'node:crypto';
import type { ConsentReceipt } from '@reelroom/shared';
import t from 'tap';
import { manifestOf } from '../bucket/manifest.ts';
import { receiptNames } from '../features/playback/file-names.ts';
import { bucketOf, build } from './support/build.ts';
import { call, protectedConfig, signIn } from './support/protected.ts';
import { unzip } from './support/unzip.ts';

const receipts: ConsentReceipt[] = [
  { identity: 'Ana 1', name: 'Ana', answer: 'yes', question: 'Do you agree?', at: Date.UTC(2026, 0, 31, 10) },
  { identity: 'Ben 2', name: 'Ben', answer: 'no', question: 'Do you agree?', at: Date.UTC(2026, 0, 31, 11) },
];

t.test('receipts of consent are beside the video for who may see them, and for nobody else', async (t) => {
  const config = await protectedConfig();
  const { path } = config.recordings;
  const { put } = await bucketOf(config);
  const startedAt = Date.parse('2026-01-31T10:15:30Z');
  const store = async (id: string, consent: ConsentReceipt[]) => {
    const name = `team-RM_${id}-2026-01-31T101530.mp4`;
    const recording = { id, name, roomName: 'team', roomId: `RM_${id}`, startedAt, title: 'Kick-off' };
    const media = randomBytes(5_000);
    await put(path + name, media);
    const ready = { ...recording, size: media.length, status: 'ready', endedBy: 'stop' } as const;
    await put(`${path}${name}.json`, JSON.stringify(manifestOf(ready, undefined, consent)));
    return { name, media };
  };
  const [asked, told] = [await store('1', receipts), await store('2', [])];
  const app = await build(t, config);
  const origin = await app.listen({ port: 0 });
  const cookie = await signIn(app, 'admin');
  const made = await call(app, 'keys.create', { name: 'a', scopes: ['download'] }, { headers: { cookie } });
  const { key } = made.json<{ result: { data: { key: string } } }>().result.data;

  const at = `${origin}/recordings/zip?${new URLSearchParams([told, asked].map(({ name }) => ['name', name]))}`;
  const download = async (headers: Record<string, string>) => {
    const response = await fetch(at, { headers });
    t.ok([200, 206].includes(response.status), String(response.status));
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
      bytes,
      etag: response.headers.get('etag') ?? '',
      length: response.headers.get('content-length'),
    };
  };

  const whole = await download({ cookie });
  t.equal(whole.length, String(whole.bytes.length));
  const [first, second, beside, ...others] = await unzip(whole.bytes);
  t.same(others, []);
  t.match(
    [first, second],
    [
      { name: 'Kick-off.mp4', bytes: told.media },
      { name: 'Kick-off (2).mp4', bytes: asked.media },
    ],
  );
  t.match(beside, { name: 'Kick-off (2).consent.json', date: startedAt });
  t.same(JSON.parse(String(beside?.bytes)), {
    recording: asked.name,
    consent: receipts.map((receipt) => ({ ...receipt, at: new Date(receipt.at).toISOString() })),
  });

  for (const start of [1, 9_000, 10_300, whole.bytes.length - 400, whole.bytes.length - 1]) {
    const rest = await download({ cookie, range: `bytes=${start}-`, 'if-range': whole.etag });
    t.ok(rest.bytes.equals(whole.bytes.subarray(start)), `from ${start} on`);
  }

  const without = await download({ authorization: `Bearer ${key}` });
  t.same(
    (await unzip(without.bytes)).map(({ name }) => name),
    ['Kick-off.mp4', 'Kick-off (2).mp4'],
    'a key that may download, and not manage',
  );
  t.not(without.etag, whole.etag, 'which is another file');
});

t.test('their names fit, and are nobody else’s', async (t) => {
  t.same(receiptNames(['a.mp4', 'a (2).mp4']), ['a.consent.json', 'a (2).consent.json']);
  const long = ['1', '2'].map((end) => `${'🎥'.repeat(62)}${end}.mp4`);
  const names = receiptNames(long);
  t.equal(new Set(names).size, 2);
  for (const name of names) t.ok(Buffer.byteLength(name) <= 255, name);
});
