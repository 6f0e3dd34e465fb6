import { randomBytes } from 'node:crypto';
import type { Share } from '@reelroom/shared';
import t from 'tap';
import { newLink } from '../features/sharing/token.ts';
import { signerOf } from './support/signer.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';

const name = 'Équipe "A" 🎥-RM_1-2026-01-31T101530000.mp4';
const other = 'other-RM_1-2026-01-31T101530000.mp4';
const large = 'large-RM_1-2026-01-31T101530000.mp4';
const thumbs = `recordings/.reelroom/thumbs/${name.slice(0, -4)}/`;

t.test('what a link opens', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const video = randomBytes(1_000);
  for (const one of [name, other]) await put(`recordings/${one}`, video);
  await put(`${thumbs}t_00000.jpeg`, 'a picture');
  const { trpc, url } = await serve(t, config);
  const tokenOf = ({ videoUrl }: Share) => new URL(videoUrl).searchParams.get('share') ?? '';
  const at = (path: string, query: string) =>
    `${url}/${path.replace('NAME', encodeURIComponent(name))}${query}`;
  const addresses = [
    'recordings/NAME',
    'posters/NAME',
    'thumbs/NAME/index.vtt',
    'thumbs/NAME/t_00000.jpeg',
    'watch/NAME',
    'embed/NAME',
  ];

  const link = await trpc.recordings.share.mutate({ name });
  const good = tokenOf(link);

  await t.test('video, in ranges', async (t) => {
    const whole = await fetch(link.videoUrl);
    t.equal(whole.status, 200);
    t.ok(Buffer.from(await whole.arrayBuffer()).equals(video));
    const part = await fetch(link.videoUrl, { headers: { range: 'bytes=10-19' } });
    t.equal(part.status, 206);
    t.equal(part.headers.get('content-range'), 'bytes 10-19/1000');
    t.ok(Buffer.from(await part.arrayBuffer()).equals(video.subarray(10, 20)));
    const head = await fetch(link.videoUrl, { method: 'HEAD' });
    t.equal(head.status, 200);
    t.equal(head.headers.get('content-length'), '1000');
    const past = await fetch(link.videoUrl, { headers: { range: 'bytes=1000-' } });
    t.equal(past.status, 416);
    const etag = whole.headers.get('etag') ?? '';
    t.equal((await fetch(link.videoUrl, { headers: { 'if-none-match': etag } })).status, 304);
  });

  await t.test('each address; without a link, too, as long as everyone may watch', async (t) => {
    for (const path of addresses)
      for (const query of [`?share=${good}`, '']) t.equal((await fetch(at(path, query))).status, 200, path);
  });

  await t.test('a link that is no good opens none', async (t) => {
    const signer = signerOf(config.livekit.apiSecret);
    const expired = newLink({ createdAt: Date.now() - 60_000, expiresInSeconds: 59, download: true });
    const revoked = await trpc.recordings.share.mutate({ name });
    t.equal((await fetch(revoked.videoUrl)).status, 200);
    await trpc.recordings.unshare.mutate({ name, id: revoked.id });
    const elsewhere = await trpc.recordings.share.mutate({ name: other });
    for (const [what, query, code] of [
      ['empty', '?share=', 'SHARE_INVALID'],
      ['forged', `?share=${good.slice(0, -1)}${good.endsWith('0') ? '1' : '0'}`, 'SHARE_INVALID'],
      ['truncated', `?share=${good.slice(0, 40)}`, 'SHARE_INVALID'],
      ['twice', `?share=${good}&share=${good}`, 'SHARE_INVALID'],
      ["another recording's", `?share=${tokenOf(elsewhere)}`, 'SHARE_INVALID'],
      ["another secret's", `?share=${signerOf('x'.repeat(32)).tokenOf(link, name)}`, 'SHARE_INVALID'],
      ['expired', `?share=${signer.tokenOf(expired, name)}`, 'SHARE_EXPIRED'],
      ['revoked', `?share=${tokenOf(revoked)}`, 'SHARE_EXPIRED'],
    ])
      for (const path of addresses) {
        const asked = await fetch(at(path, query ?? ''));
        t.equal(asked.status, 403, `${what}: ${path}`);
        const body = await asked.text();
        t.match(body, /^(watch|embed)/.test(path) ? '<title>Reelroom</title>' : `"code":"${code}"`);
        t.notMatch(body, 'quipe', 'and tells nothing of the recording');
        t.equal((await fetch(at('recordings/NAME', query ?? ''), { method: 'HEAD' })).status, 403);
      }
  });

  await t.test('the download only if it says so', async (t) => {
    const asked = await fetch(`${link.videoUrl}&download`);
    t.equal(asked.status, 403);
    t.same(await asked.json(), {
      errorMessage: 'This link is for watching: it does not allow the download',
      code: 'SHARE_INVALID',
    });
    const generous = await trpc.recordings.share.mutate({ name, download: true });
    t.equal((await fetch(`${generous.videoUrl}&download`)).status, 200);
    t.equal((await fetch(at('recordings/NAME', '?download'))).status, 200, 'or without a link');
  });

  await t.test('S3 is asked once about a link, however often that is used', async (t) => {
    const fresh = await trpc.recordings.share.mutate({ name });
    const asked: string[] = [];
    s3.misbehave((request) => {
      if (request.includes(encodeURIComponent(name.slice(0, -4)))) asked.push(request.split(' ')[0] ?? '');
      return undefined;
    });
    await Promise.all(
      Array.from({ length: 10 }, () => fetch(fresh.videoUrl).then((answer) => answer.arrayBuffer())),
    );
    s3.comeBack();
    t.same(
      asked.sort(),
      ['HEAD', ...Array.from({ length: 10 }, () => 'GET')].sort(),
      'a HEAD, and a GET each',
    );
  });

  await t.test('while S3 is away that is what is said', async (t) => {
    const fresh = await trpc.recordings.share.mutate({ name });
    s3.goAway();
    const asked = await fetch(fresh.videoUrl);
    t.equal(asked.status, 503);
    t.match(await asked.json(), { code: 'STORAGE_UNAVAILABLE' });
    t.equal((await fetch(fresh.url)).status, 503);
    s3.comeBack();
    t.equal((await fetch(fresh.videoUrl)).status, 200);
  });

  await t.test('a link that is revoked ends what is being sent by it', async (t) => {
    await put(`recordings/${large}`, randomBytes(64 << 20));
    const { videoUrl } = await trpc.recordings.share.mutate({ name: large });
    const { body } = await fetch(videoUrl);
    const reader = body?.getReader();
    await reader?.read();
    await trpc.recordings.unshare.mutate({ name: large });
    await until('the transfer to end', async () => s3.transfers() === 0);
    const readAll = async () => {
      while (!(await reader?.read())?.done);
    };
    t.match(await failure(readAll()), { message: 'terminated' }, 'before its end');
  });

  await t.test('a link does not delete', async (t) => {
    const remove = await fetch(at('recordings/none.mp4', `?share=${good}`), { method: 'DELETE' });
    t.equal(remove.status, 404, 'nor is it looked at');
  });
});
