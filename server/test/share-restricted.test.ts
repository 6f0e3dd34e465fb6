import type { Share } from '@reelroom/shared';
import t, { type Test } from 'tap';
import { redactTokens } from '../features/sharing/token.ts';
import { isFaststart, topBoxes } from '../features/media/moov-first.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { makeMp4, openVideo } from './support/segments.ts';
import { until } from './support/until.ts';

t.setTimeout(180_000);

const name = 'Équipe "A" 🎥 50 %-RM_1-2026-01-31T101530000.mp4';
const folder = `recordings/.reelroom/shares/${name.slice(0, -4)}/`;
const thumbs = `recordings/.reelroom/thumbs/${name.slice(0, -4)}/`;
/** A picture that says which one it is; its size is that of its header. */
const picture = (n: number) =>
  Buffer.from(`ffd8ffc0001108016802800301220002110103110${n.toString(16)}ffd9`, 'hex');
const tokenOf = ({ videoUrl }: Share) => new URL(videoUrl).searchParams.get('share') ?? '';
const locked = { data: { errorCode: 'SHARE_LOCKED', httpStatus: 403 } };

async function withRecording(t: Test, media: Buffer, environment: Record<string, string> = {}) {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url, ...environment });
  const bucket = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  await bucket.put(`recordings/${name}`, media);
  for (const n of [0, 1, 2]) await bucket.put(`${thumbs}t_0000${n}.jpeg`, picture(n));
  const app = await serve(t, config);
  const at = (path: string, share: string, more = '') =>
    `${app.url}/${path}/${encodeURIComponent(name)}${more}?share=${share}`;
  const { get, share, shares, unlock, unshare } = app.trpc.recordings;
  return { s3, ...bucket, ...app, at, get, share, shares, unlock, unshare };
}

t.test('a link for a part', async (t) => {
  const media = await makeMp4(t, 25);
  const { s3, at, get, share, shares, put, url, config } = await withRecording(t, media);
  const link = await share.mutate({ name, from: 8, to: 15.5 });
  const token = tokenOf(link);
  t.match(link, { from: 8, to: 15.5, hasPassword: false, views: 0 });
  t.match((await shares.query({ name }))[0], { id: link.id, from: 8, to: 15.5 });

  await t.test('is told its length and size, and gets a file of its own', async (t) => {
    const shown = await get.query({ name, share: token });
    const response = await fetch(at('recordings', token));
    t.equal(response.status, 200);
    const bytes = Buffer.from(await response.arrayBuffer());
    t.equal(bytes.length, shown.size);
    t.equal(response.headers.get('content-length'), String(bytes.length));
    t.ok(Math.abs((shown.durationMs ?? 0) - 7_500) < 50, `${shown.durationMs} ms`);
    t.ok(bytes.length < media.length / 2, 'no more than its part is sent');
    t.ok(isFaststart(topBoxes(bytes, 0, bytes.length)));
    t.equal(await (await openVideo(t, bytes)).complaints(), '');
    const all = await fetch(`${url}/recordings/${encodeURIComponent(name)}`, { method: 'HEAD' });
    const etag = response.headers.get('etag') ?? '';
    t.not(etag, all.headers.get('etag'));

    const head = await fetch(at('recordings', token), { method: 'HEAD' });
    t.equal(head.headers.get('content-length'), String(bytes.length));
    t.equal(head.headers.get('etag'), etag);
    const ask = (headers: Record<string, string>) => fetch(at('recordings', token), { headers });
    s3.requests.length = 0;
    const range = await ask({ range: 'bytes=20000-20999', 'if-range': etag });
    t.equal(range.status, 206);
    t.equal(range.headers.get('content-range'), `bytes 20000-20999/${bytes.length}`);
    t.ok(Buffer.from(await range.arrayBuffer()).equals(bytes.subarray(20_000, 21_000)));
    const gets = s3.requests.filter((request) => request.startsWith('GET') && request.endsWith('.mp4'));
    t.equal(gets.length, 1, 'one GET');
    t.equal((await ask({ range: 'bytes=1-2', 'if-range': '"other"' })).status, 200);
    t.equal((await ask({ 'if-none-match': etag })).status, 304);
    t.equal((await ask({ 'if-match': '"other"' })).status, 412);
    const beyond = await ask({ range: `bytes=${bytes.length}-` });
    t.equal(beyond.status, 416);
    t.equal(beyond.headers.get('content-range'), `bytes */${bytes.length}`);
    t.equal((await fetch(`${at('recordings', token)}&download`)).status, 403, 'and no download');
  });

  await t.test('its pictures are of the part alone', async (t) => {
    const track = await (await fetch(at('thumbs', token, '/index.vtt'))).text();
    t.match(track, /00:00:02\.000 --> 00:00:12\.000\nt_00001\.jpeg/);
    t.notMatch(track, /t_00000|t_00002/);
    const statuses = await Promise.all(
      [0, 1, 2].map(async (n) => (await fetch(at('thumbs', token, `/t_0000${n}.jpeg`))).status),
    );
    t.same(statuses, [404, 200, 404]);
    const poster = await fetch(at('posters', token));
    t.ok(Buffer.from(await poster.arrayBuffer()).equals(picture(1)));
    const short = tokenOf(await share.mutate({ name, from: 1, to: 5 }));
    t.equal((await fetch(at('posters', short))).status, 404, 'none where there is none');
    t.equal((await fetch(at('live', token, '/index.m3u8'))).status, 404);
  });

  await t.test('all of it is no part; what is no part is refused', async (t) => {
    t.notOk((await share.mutate({ name, from: 0 })).from);
    const invalid = { data: { errorCode: 'INVALID_INPUT' } };
    for (const part of [{ from: 5, to: 5 }, { from: 5, to: 2 }, { from: -1 }, { from: 100, to: 200 }])
      t.match(await failure(share.mutate({ name, ...part })), invalid, JSON.stringify(part));
    await put('recordings/other.mp4', 'media');
    t.match(await failure(share.mutate({ name: 'other.mp4', from: 1, to: 2 })), invalid, 'no MP4');
  });

  await t.test('is sent by us where players are sent to S3', async (t) => {
    const redirecting = await serve(t, {
      ...config,
      port: 0,
      playback: { ...config.playback, mode: 'redirect', publicEndpoint: config.s3.endpoint },
    });
    const address = `${redirecting.url}/recordings/${encodeURIComponent(name)}`;
    t.equal((await fetch(address, { redirect: 'manual' })).status, 302);
    const sent = await fetch(`${address}?share=${token}`, {
      redirect: 'manual',
      headers: { range: 'bytes=0-99' },
    });
    t.equal(sent.status, 206);
  });
});

t.test('a link with a password', async (t) => {
  const { at, get, share, shares, unlock, keys, put, config, trpc } = await withRecording(
    t,
    Buffer.from('media'),
  );
  const link = await share.mutate({ name, password: 'Pässword', download: true });
  const token = tokenOf(link);
  t.match(link, { hasPassword: true, download: true });
  t.match(await shares.query({ name }), [{ id: link.id, hasPassword: true }]);

  await t.test('opens nothing without it', async (t) => {
    t.match(await failure(get.query({ name, share: token })), locked);
    for (const address of [
      at('recordings', token),
      at('posters', token),
      at('thumbs', token, '/index.vtt'),
      at('thumbs', token, '/t_00000.jpeg'),
    ])
      t.match(await (await fetch(address)).json(), { code: 'SHARE_LOCKED' }, address);
    const page = await fetch(at('watch', token), { headers: { accept: 'text/html' } });
    t.equal(page.status, 403);
    t.notMatch(await page.text(), /quipe/, 'its page says nothing of the recording');
    t.match(await failure(unlock.mutate({ name, share: token, password: 'password' })), locked);
  });

  await t.test('opens with it, for a while', async (t) => {
    // As another keyboard composes it.
    const { share: opened, expiresAt } = await unlock.mutate({
      ...{ name, share: token },
      password: 'Pässword'.normalize('NFD'),
    });
    t.ok(expiresAt > Date.now() && expiresAt <= Date.now() + 12 * 3_600_000);
    t.match(await get.query({ name, share: opened }), { name });
    for (const path of ['recordings', 'posters']) t.equal((await fetch(at(path, opened))).status, 200, path);
    t.equal((await fetch(`${at('recordings', opened)}&download`)).status, 200);
    t.equal(redactTokens(`/a?share=${opened}`), `/a?share=${link.id}…`, 'no log has it');

    const another = tokenOf(await share.mutate({ name, password: 'x' }));
    const suffix = opened.slice(token.length);
    const later = (Date.now() + 1e9).toString(36).padStart(9, '0');
    for (const forged of [
      another + suffix,
      `${token}.${later}${suffix.slice(10)}`,
      `${opened}0`,
      `${token}.`,
    ])
      t.match(await failure(get.query({ name, share: forged })), { data: { errorCode: 'SHARE_INVALID' } });
  });

  await t.test('takes ten wrong ones in a while, in all processes together', async (t) => {
    const other = await serve(t, { ...config, port: 0 });
    const tried = tokenOf(await share.mutate({ name, password: 'right' }));
    for (let n = 0; n < 12; n += 1)
      t.ok(await unlock.mutate({ name, share: tried, password: 'right' }), 'right ones do not count');
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        failure(
          (n % 2 ? trpc : other.trpc).recordings.unlock.mutate({
            name,
            share: tried,
            password: `wrong ${n}`,
          }),
        ),
      ),
    );
    const codes = answers.map((error) => /"errorCode":"(\w+)"/.exec(JSON.stringify(error))?.[1]);
    t.ok(codes.filter((code) => code === 'SHARE_LOCKED').length <= 10, String(codes));
    t.same(new Set(codes), new Set(['SHARE_LOCKED', 'TOO_MANY_REQUESTS']));
    for (let n = 0; n < 10; n += 1)
      await unlock.mutate({ name, share: tried, password: 'wrong' }).catch(() => undefined);
    t.match(await failure(unlock.mutate({ name, share: tried, password: 'right' })), {
      data: { errorCode: 'TOO_MANY_REQUESTS', httpStatus: 429 },
    });
    t.match(
      await unlock.mutate({ name, share: token, password: 'Pässword' }),
      { share: String },
      'of that link',
    );
  });

  await t.test('what a later version restricts it by is not passed over', async (t) => {
    const restricted = await share.mutate({ name, password: 'x' });
    await put(folder + restricted.id, JSON.stringify({ countries: ['FR'] }));
    const other = await serve(t, { ...config, port: 0 });
    const { query } = other.trpc.recordings.get;
    t.match(await failure(query({ name, share: tokenOf(restricted) })), {
      data: { errorCode: 'SHARE_INVALID' },
    });
    t.ok((await other.trpc.recordings.shares.query({ name })).length >= 2, 'the others are listed');
  });

  await t.test('leaves nothing behind', async (t) => {
    await trpc.recordings.unshare.mutate({ name });
    t.same(await keys(folder), []);
  });
});

t.test('views of a link: each playback once', async (t) => {
  const { app, at, share, shares, unshare, keys, config } = await withRecording(
    t,
    Buffer.from('media'.repeat(100)),
  );
  const other = await serve(t, { ...config, port: 0 });
  const link = await share.mutate({ name, download: true });
  const token = tokenOf(link);
  const play = (agent: string, range = 'bytes=0-9', more = '') =>
    fetch(at('recordings', token) + more, { headers: { 'user-agent': agent, range } });
  for (const range of ['bytes=0-', 'bytes=50-99', 'bytes=10-', 'bytes=9999-']) await play('one', range);
  await play('two');
  await fetch(at('recordings', token), { method: 'HEAD', headers: { 'user-agent': 'three' } });
  await play('four', 'bytes=0-', '&download');
  await play('five', 'bytes=0-', '&tz=nowhere');
  const views = async () => (await shares.query({ name }))[0]?.views;
  await until('both to be counted', async () => (await views()) === 2);
  await fetch(`${other.url}/recordings/${encodeURIComponent(name)}?share=${token}`, {
    headers: { 'user-agent': 'six' },
  });
  await other.app.close();
  t.equal(await views(), 3, 'a process that ends has written what it counted');
  await play('seven');
  await unshare.mutate({ name });
  t.same(await keys(folder), []);
  await app.close();
  t.same(await keys(folder), [], 'a view of a revoked link leaves nothing behind');
});
