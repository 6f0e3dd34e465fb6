import type { Share } from '@reelroom/shared';
import t from 'tap';
import { newLink } from '../features/sharing/token.ts';
import { signerOf } from './support/signer.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { until } from './support/until.ts';

const name = 'Équipe "A" 🎥 50 %-RM_1-2026-01-31T101530000.mp4';
const folder = `recordings/.reelroom/shares/${name.slice(0, -4)}/`;
const week = 7 * 86_400_000;

t.test('sharing a recording', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url, ALLOWED_HOSTS: 'video.example.com' });
  const { put, keys } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  await put(`recordings/${name}`, 'media');
  const { trpc, url, app } = await serve(t, config);
  await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
  const secret = config.livekit.apiSecret;
  const tokenOf = ({ videoUrl }: Share) => new URL(videoUrl).searchParams.get('share') ?? '';
  const { share, shares, unshare, get } = trpc.recordings;
  /** What S3 is asked about the recording meanwhile; the app looks after other things, too. */
  const requests = async (work: () => Promise<unknown>) => {
    const methods: string[] = [];
    s3.misbehave((request) => {
      if (decodeURIComponent(request).includes(name.slice(0, -4))) methods.push(request.split(' ')[0] ?? '');
      return undefined;
    });
    await work();
    s3.comeBack();
    return methods.sort();
  };

  await t.test('a link leads to three addresses, for a week if nothing else is said', async (t) => {
    const before = Date.now();
    const link = await share.mutate({ name });
    t.ok(link.createdAt >= before && link.createdAt <= Date.now());
    t.equal(link.expiresAt, link.createdAt + week);
    t.equal(link.download, false);
    const path = `${encodeURIComponent(name)}?share=${tokenOf(link)}`;
    t.match(link, {
      url: `${url}/watch/${path}`,
      videoUrl: `${url}/recordings/${path}`,
      embedUrl: `${url}/embed/${path}`,
    });
    t.same(await keys(folder), [folder + link.id], 'the bucket lists it');
    t.match(await get.query({ name, share: tokenOf(link) }), { name, status: 'ready' });
    await unshare.mutate({ name });
  });

  await t.test('links are listed newest first, and revoked one by one, or all', async (t) => {
    const first = await share.mutate({ name, expiresInSeconds: 60 });
    const second = await share.mutate({ name, expiresInSeconds: 3_600, download: true });
    const third = await share.mutate({ name });
    const listed = await shares.query({ name });
    t.equal(listed[0]?.createdAt, third.createdAt);
    t.same(new Set(listed.map(({ id }) => id)), new Set([third.id, second.id, first.id]));
    t.same(
      listed.find(({ id }) => id === second.id),
      second,
    );

    t.same(await unshare.mutate({ name, id: second.id }), { revoked: 1 });
    t.same(await unshare.mutate({ name, id: second.id }), { revoked: 0 }, 'once');
    for (const id of ['', second.id.slice(0, 5), '../x', 'x'.repeat(2_000)])
      t.same(await unshare.mutate({ name, id }), { revoked: 0 }, `${id} is no link's`);
    t.equal((await shares.query({ name })).length, 2);
    t.same(await unshare.mutate({ name }), { revoked: 2 });
    t.same(await shares.query({ name }), []);
    t.same(await keys(folder), []);
  });

  await t.test('expired ones are not listed, and are gone once somebody looks', async (t) => {
    const old = () => newLink({ createdAt: Date.now() - 60_000, expiresInSeconds: 30, download: false });
    const active = await share.mutate({ name });
    await put(folder + old().id, '');
    await put(`${folder}no link`, '');
    t.same(
      (await shares.query({ name })).map(({ id }) => id),
      [active.id],
    );
    t.same(await keys(folder), [`${folder}no link`, folder + active.id]);
    await put(folder + old().id, '');
    const another = await share.mutate({ name });
    t.equal((await keys(folder)).length, 3, 'giving a link looks, too');
    await put(folder + old().id, '');
    t.same(await unshare.mutate({ name }), { revoked: 2 }, 'those that were active are counted');
    t.same(await keys(folder), [`${folder}no link`]);
    t.ok(another.id);
  });

  await t.test('only a recording that is ready', async (t) => {
    const failed = 'failed-RM_1-2026-01-31T101530000.mp4';
    const manifest = {
      ...{ egress_id: 'EG_1', room_id: 'RM_1', room_name: 'failed', started_at: 1 },
      reelroom: {
        ...{ id: 'EG_1', name: failed, roomName: 'failed', roomId: 'RM_1', startedAt: 1, size: 0 },
        ...{ status: 'failed', failure: 'NOT_BEGUN', error: 'It did not begin.' },
      },
    };
    await put(`recordings/${failed}.json`, JSON.stringify(manifest));
    for (const name of ['none.mp4', failed])
      t.match(await failure(share.mutate({ name })), { data: { errorCode: 'RECORDING_NOT_FOUND' } });
    t.same(await shares.query({ name: 'none.mp4' }), []);
    t.same(await unshare.mutate({ name: 'none.mp4' }), { revoked: 0 });
    for (const input of [
      { name: '../x.mp4' },
      { name, expiresInSeconds: 0 },
      { name, expiresInSeconds: 1.5 },
      { name, expiresInSeconds: 1e10 },
    ])
      t.match(await failure(share.mutate(input)), { data: { errorCode: 'INVALID_INPUT' } });
  });

  await t.test('the longest name there may be', async (t) => {
    const long = `${'é'.repeat(123)}.mp4`;
    await put(`recordings/${long}`, 'media');
    const link = await share.mutate({ name: long });
    t.match(await get.query({ name: long, share: tokenOf(link) }), { name: long });
    t.same(await unshare.mutate({ name: long }), { revoked: 1 });
  });

  await t.test('what they cost', async (t) => {
    const one = await share.mutate({ name });
    t.same(await requests(() => share.mutate({ name })), ['GET', 'GET', 'HEAD', 'PUT']);
    t.same(await requests(() => shares.query({ name })), ['GET'], 'a LIST');
    const isDeleted = (request: string) => request.startsWith('POST');
    s3.requests.length = 0;
    t.same(await requests(() => unshare.mutate({ name, id: one.id })), ['GET'], 'a LIST');
    t.same(await requests(() => unshare.mutate({ name })), ['GET'], 'a LIST');
    t.equal(s3.requests.filter(isDeleted).length, 2, 'and a DELETE each');
  });

  await t.test('what is wrong with a link', async (t) => {
    const signer = signerOf(secret);
    const link = await share.mutate({ name });
    const good = tokenOf(link);
    const expired = newLink({ createdAt: Date.now() - 60_000, expiresInSeconds: 59, download: false });
    const unknown = newLink({ createdAt: Date.now(), expiresInSeconds: 60, download: false });
    const invalid: [string, string][] = [
      ['nothing', ''],
      ['no token', 'x'],
      ['a part of one', good.slice(0, -1)],
      ['more than one', `${good}0`],
      ['another flag', good.replace(/^(.{15})w/, '$1d')],
      ['a longer time', good.slice(0, 9) + '09zzzz' + good.slice(15)],
      ['another secret', signerOf('x'.repeat(32)).tokenOf(link, name)],
      ["another recording's", signer.tokenOf(link, 'other.mp4')],
      ['an id alone', link.id],
      ['capitals', good.toUpperCase()],
    ];
    for (const [what, token] of invalid) {
      const asked = await requests(async () =>
        t.match(
          await failure(get.query({ name, share: token })),
          { data: { code: 'FORBIDDEN', httpStatus: 403, errorCode: 'SHARE_INVALID' } },
          what,
        ),
      );
      t.same(asked, [], `${what}: S3 is not asked`);
    }
    const isExpired = { data: { code: 'FORBIDDEN', httpStatus: 403, errorCode: 'SHARE_EXPIRED' } };
    t.same(
      await requests(async () =>
        t.match(await failure(get.query({ name, share: signer.tokenOf(expired, name) })), isExpired),
      ),
      [],
      'its time says that it has expired',
    );
    t.match(
      await failure(get.query({ name, share: signer.tokenOf(unknown, name) })),
      isExpired,
      'signed, and not there',
    );
    t.match(await get.query({ name, share: good }), { name });
    await unshare.mutate({ name, id: link.id });
    t.match(await failure(get.query({ name, share: good })), isExpired, 'revoked: at once');
    const second = await share.mutate({ name });
    const third = await share.mutate({ name });
    for (const one of [second, third]) await get.query({ name, share: tokenOf(one) });
    await unshare.mutate({ name });
    for (const one of [second, third])
      t.match(await failure(get.query({ name, share: tokenOf(one) })), isExpired, 'all revoked');
  });

  await t.test('while S3 is away, a link is not called invalid', async (t) => {
    const link = await share.mutate({ name });
    s3.misbehave(() => ({ status: 503 }));
    t.match(await failure(get.query({ name, share: tokenOf(link) })), {
      data: { errorCode: 'STORAGE_UNAVAILABLE' },
    });
    s3.comeBack();
    t.match(await get.query({ name, share: tokenOf(link) }), { name }, 'and that is not remembered');
  });

  await t.test('a recording takes its links with it', async (t) => {
    const link = await share.mutate({ name });
    t.equal((await keys(folder)).length > 0, true);
    await trpc.recordings.delete.mutate({ name });
    t.same(await keys(folder), []);
    t.match(await failure(get.query({ name, share: tokenOf(link) })), { data: { httpStatus: /403|404/ } });
  });

  await t.test('links lead where the one who asks has found the app', async (t) => {
    await put(`recordings/${name}`, 'media');
    const response = await app.inject({
      method: 'POST',
      url: '/trpc/recordings.share',
      headers: { host: 'video.example.com' },
      payload: { name },
    });
    t.match(response.json(), {
      result: { data: { url: /^http:\/\/video\.example\.com\/watch\/[^/]+\?share=/ } },
    });
  });
});

t.test('another app process revokes a link', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  await put('recordings/a.mp4', 'media');
  const one = await serve(t, { ...config, port: 0 });
  const other = await serve(t, { ...config, port: 0 });
  const link = await one.trpc.recordings.share.mutate({ name: 'a.mp4' });
  const share = new URL(link.url).searchParams.get('share') ?? '';
  t.match(await one.trpc.recordings.get.query({ name: 'a.mp4', share }), { name: 'a.mp4' });
  await other.trpc.recordings.unshare.mutate({ name: 'a.mp4' });
  await until(
    'this one to know',
    () =>
      one.trpc.recordings.get.query({ name: 'a.mp4', share }).then(
        () => false,
        () => true,
      ),
    10_000,
  );
});
