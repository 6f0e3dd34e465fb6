import { randomBytes } from 'node:crypto';
import fastify from 'fastify';
import fc from 'fast-check';
import { AccessToken } from 'livekit-server-sdk';
import t from 'tap';
import { reelroom } from '../app.ts';
import { redactParameters } from '../http/guards/redact.ts';
import { serverOptions } from '../http/server.ts';
import { bucketOf, pluginOptions, testConfig } from './support/build.ts';
import { proxyTo } from './support/proxy.ts';

t.test("a whole run's log has no secret that was used in it", async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const webhookSecret = `whsec_${randomBytes(24).toString('base64')}`;
  const config = testConfig({
    ...{ S3_ENDPOINT: s3.url, LOG_LEVEL: 'trace' },
    ...{ PLAYBACK: 'redirect', S3_PUBLIC_ENDPOINT: testConfig().s3.endpoint },
    ...{ WEBHOOK_URLS: 'http://127.0.0.1:1/hook', WEBHOOK_SECRET: webhookSecret },
  });
  const { put } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const name = 'a-RM_1-t.mp4';
  await put(`recordings/${name}`, 'media');
  const lines: string[] = [];
  const app = fastify({
    ...serverOptions(config),
    logger: { level: 'trace', stream: { write: (line: string) => void lines.push(line) } },
  });
  t.teardown(() => app.close());
  await app.register(reelroom, pluginOptions(config));
  const post = (url: string, payload: object, headers = {}) =>
    app.inject({ method: 'POST', url, payload, headers });

  const secrets = new Map<string, string | undefined>([
    ['LIVEKIT_API_SECRET', config.livekit.apiSecret],
    ['S3_SECRET_KEY', config.s3.secretKey],
    ['WEBHOOK_SECRET', webhookSecret],
  ]);
  const joined = (await post('/trpc/tokens.create', { roomName: 'a', participantName: 'b' })).json();
  const { token } = joined.result.data;
  secrets.set('token', token);
  const shared = (await post('/trpc/recordings.share', { name })).json();
  const share = new URL(shared.result.data.videoUrl).searchParams.get('share') ?? '';
  secrets.set('share', share.slice(24));
  const forged = await new AccessToken(config.livekit.apiKey, 'a secret of somebody else').toJwt();
  secrets.set('webhook', forged);
  const password = randomBytes(12).toString('hex');
  secrets.set('password', password);

  const use = async () => {
    await post('/trpc/tokens.create', { roomName: 'a', participantName: 'b', earlierToken: token });
    await post('/trpc/recordings.start', { roomName: 'no such room' });
    await post('/livekit/webhook', {}, { authorization: forged, 'content-type': 'application/webhook+json' });
    const sent = await app.inject({ url: `/recordings/${name}?share=${share}` });
    const signature = new URL(sent.headers.location ?? 'http://none').searchParams.get('X-Amz-Signature');
    if (signature) secrets.set(`signature ${secrets.size}`, signature);
    for (const parameter of ['password', 'token', 'access_token', 'code', 'state', 'client_secret', 'invite'])
      await app.inject({ url: `/library?${parameter}=${password}&room=a` });
    const input = encodeURIComponent(JSON.stringify({ name, password, sessionToken: password }));
    await app.inject({ url: `/trpc/recordings.get?input=${input}` });
    await app.inject({
      url: '/recordings',
      headers: { authorization: `Bearer ${password}`, cookie: `session=${password}` },
    });
  };
  await use();
  s3.goAway();
  await use();
  s3.comeBack();

  const log = lines.join('');
  t.match(log, 'room=a', 'the rest is logged');
  t.match(log, 'STORAGE_UNAVAILABLE', 'and errors are');
  t.ok(
    [...secrets.keys()].some((key) => key.startsWith('signature')),
    'a signed URL was given',
  );
  for (const [what, secret] of secrets) {
    if (secret === undefined || secret.length < 8) throw new Error(`${what} is not worth the name`);
    t.notOk(log.includes(secret), what);
    t.notOk(log.includes(encodeURIComponent(secret)), what);
  }
});

t.test('parameters that are no secrets stay as they are', async (t) => {
  t.equal(
    redactParameters('/a?room=b&cursor=c&token=d&codec=e#f "key":"g"'),
    '/a?room=b&cursor=c&token=…&codec=e#f "key":"…"',
  );
  const names = fc.constantFrom('room', 'name', 'from', 'cursor', 'limit', 't', 'download', 'codec');
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.stringMatching(/^[\w%.-]*$/))), (parameters) => {
      const url = `/recordings?${parameters.map((pair) => pair.join('=')).join('&')}`;
      return redactParameters(url) === url;
    }),
  );
});
