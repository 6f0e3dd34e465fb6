import { tmpdir } from 'node:os';
import cors from '@fastify/cors';
import fastifyStatic from '@fastify/static';
import fastify, { type FastifyInstance } from 'fastify';
import t, { type Test } from 'tap';
import { ConfigError, reelroom } from '../app.ts';
import { bucketOf, pluginOptions, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { signWebhook } from './support/webhook.ts';

const authorization = 'Bearer theirs';
const headers = { authorization };

/** An application with habits of its own, which knows nothing of us. */
async function foreignApp(t: Test): Promise<FastifyInstance> {
  const app = fastify();
  t.teardown(() => app.close());
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send('their own error'));
  app.setNotFoundHandler((_request, reply) => reply.code(404).send('their own 404'));
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, `their own parser: ${String(body)}`),
  );
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization !== authorization) return reply.code(401).send('their own 401');
  });
  for (const name of ['storage', 'livekit', 'redis']) app.decorate(name, 'theirs');
  await app.register(cors);
  await app.register(fastifyStatic, { root: tmpdir(), prefix: '/files/' });
  app.get('/theirs', () => 'theirs');
  app.post('/theirs', ({ body }) => body);
  app.get('/broken', () => {
    throw new Error('broken');
  });
  return app;
}

t.test('Reelroom is a plugin of another application, and leaves the rest of it alone', async (t) => {
  const app = await foreignApp(t);
  const config = testConfig();
  await (await bucketOf(config)).put('recordings/a-RM_1-t.mp4', 'video');
  await app.register(reelroom, { prefix: '/video', ...pluginOptions(config) });
  await app.ready();
  const json = { ...headers, 'content-type': 'application/json' };

  await t.test('what is theirs stays theirs', async (t) => {
    t.equal((await app.inject({ url: '/theirs', headers })).body, 'theirs');
    t.equal((await app.inject({ url: '/broken', headers })).body, 'their own error');
    t.equal((await app.inject({ url: '/recordings', headers })).body, 'their own 404');
    t.equal((await app.inject({ url: '/videos', headers })).body, 'their own 404');
    const posted = await app.inject({ method: 'POST', url: '/theirs', headers: json, body: '{}' });
    t.equal(posted.body, 'their own parser: {}');
    for (const name of ['storage', 'livekit', 'redis']) t.equal(app.getDecorator(name), 'theirs');
  });

  await t.test('who their hook refuses does not get at ours', async (t) => {
    for (const url of ['/video', '/video/library', '/video/recordings', '/video/recordings/a-RM_1-t.mp4'])
      t.equal((await app.inject(url)).body, 'their own 401', url);
    t.equal((await app.inject('/video/trpc/recordings.list')).body, 'their own 401');
    t.equal((await app.inject('/video/nothing')).body, 'their own 401');
  });

  await t.test('ours answers by its own rules', async (t) => {
    t.equal((await app.inject({ url: '/video/recordings/a-RM_1-t.mp4', headers })).body, 'video');
    t.match((await app.inject({ url: '/video/recordings', headers })).json(), {
      recordings: [{ name: 'a-RM_1-t.mp4' }],
    });
    t.match((await app.inject({ url: '/video/recordings/b.mp4', headers })).json(), {
      errorMessage: 'Recording not found',
    });
    const asJson = { ...headers, accept: 'application/json' };
    t.match((await app.inject({ url: '/video/nothing', headers: asJson })).json(), {
      errorMessage: 'There is nothing at GET /video/nothing',
    });
    const token = await app.inject({ method: 'POST', url: '/video/token', headers: json, body: '{}' });
    t.match(token.json(), { code: 'INVALID_INPUT' });
    const stop = await app.inject({ method: 'POST', url: '/video/recordings/stop', headers: json, body: '' });
    t.match(stop.json(), { code: 'INVALID_INPUT' }, 'a JSON body may be empty');
    t.equal((await app.inject({ url: '/video/healthz', headers })).statusCode, 200);
    t.equal((await app.inject({ url: '/video/readyz', headers })).statusCode, 200);
    const long = `${encodeURIComponent('é'.repeat(110))}.mp4`;
    t.match((await app.inject({ url: `/video/recordings/${long}`, headers })).json(), {
      errorMessage: 'Recording not found',
    });
  });

  await t.test('many calls at once make a path that is longer than their parameters may be', async (t) => {
    const calls = Array.from({ length: 10 }, () => 'system.status').join(',');
    const answer = await app.inject({ url: `/video/trpc/${calls}?batch=1&input={}`, headers });
    t.equal(answer.statusCode, 200);
    t.equal(answer.json().length, 10);
  });

  await t.test('HEAD is ours, or there is none: never one that reads all of it', async (t) => {
    const head = (url: string) => app.inject({ method: 'HEAD', url, headers });
    const video = await head('/video/recordings/a-RM_1-t.mp4');
    t.equal(video.statusCode, 200);
    t.match(video.headers, { 'content-length': '5', 'accept-ranges': 'bytes' });
    const list = await head('/video/recordings');
    t.equal(list.statusCode, 200);
    t.equal(list.headers['content-type'], 'application/json; charset=utf-8');
    t.equal((await head('/theirs')).statusCode, 200, 'theirs have them');
    t.notOk(app.hasRoute({ method: 'HEAD', url: '/video/trpc/*' }));
  });

  await t.test('LiveKit is heard at the prefix', async (t) => {
    const body = JSON.stringify({ event: 'room_started' });
    const post = async (authorization: string) => {
      const headers = { authorization, 'content-type': 'application/webhook+json' };
      return app.inject({ method: 'POST', url: '/video/livekit/webhook', headers, body });
    };
    t.equal(
      (await post(await signWebhook(body, config.livekit))).body,
      'their own 401',
      'unless they refuse it',
    );
    t.match((await post(authorization)).json(), { errorMessage: /not signed with our LiveKit API key/ });
  });

  await t.test('the pages and all they are made of are below the prefix', async (t) => {
    const page = async (url: string) => {
      const answer = await app.inject({ url, headers: { ...headers, accept: 'text/html' } });
      t.equal(answer.statusCode, 200, url);
      return answer.body;
    };
    const html = await page('/video');
    for (const path of ['/', '/library', '/room/a']) t.equal(await page(`/video${path}`), html, path);
    t.match(html, '<base href="/video/" />');
    const parts = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = '']) => path);
    t.ok(parts.length > 3);
    for (const part of parts) {
      const url = new URL(part, 'http://localhost/video/').pathname;
      t.equal((await app.inject({ url, headers })).statusCode, 200, url);
    }
    t.equal((await app.inject({ url: '/video/recorder.html', headers })).statusCode, 200);
    const old = await app.inject({ url: '/video/recordings.html', headers });
    t.match(old, { statusCode: 302, headers: { location: '/video/library' } });
  });
});

t.test('two in one application have a bucket each', async (t) => {
  const app = fastify();
  t.teardown(() => app.close());
  const [first, second] = [testConfig(), testConfig()];
  await (await bucketOf(first)).put('recordings/a-RM_1-t.mp4', 'one');
  await (await bucketOf(second)).put('recordings/b-RM_1-t.mp4', 'two');
  await app.register(reelroom, { prefix: '/first', ...pluginOptions(first) });
  // A plugin in a plugin, and a slash that is not needed.
  await app.register(
    async (below) => below.register(reelroom, { prefix: '/second/', ...pluginOptions(second) }),
    { prefix: '/below' },
  );
  await app.ready();

  t.match((await app.inject('/first/recordings')).json(), { recordings: [{ name: 'a-RM_1-t.mp4' }] });
  t.match((await app.inject('/below/second/trpc/recordings.list')).json(), {
    result: { data: { recordings: [{ name: 'b-RM_1-t.mp4' }] } },
  });
  t.equal((await app.inject('/below/second/recordings/b-RM_1-t.mp4')).body, 'two');
  t.equal((await app.inject('/first/recordings/b-RM_1-t.mp4')).statusCode, 404);
  t.match((await app.inject('/below/second/')).body, '<base href="/below/second/" />');
});

t.test('all mistakes in the options are told at once, each by its name', async (t) => {
  const problems = async (options: unknown): Promise<string[]> => {
    const app = fastify();
    const register = async () => {
      await app.register(async (scope) => reelroom(scope, Object(options)));
    };
    const error = await failure(register());
    return error instanceof ConfigError ? error.problems : [String(error)];
  };
  const right = pluginOptions(testConfig());
  t.same(await problems({ prefix: '/video', logLevel: 'silent' }), [
    'access must be open or protected',
    'livekit must be an object of url, publicUrl, apiKey, apiSecret',
    's3 must be an object of endpoint, egressEndpoint, accessKey, secretKey, sessionToken, egressUpload, egressAccessKey, egressSecretKey, egressSessionToken, region, bucket, forcePathStyle, createBucket',
  ]);
  t.same(
    await problems({
      ...right,
      port: 6080,
      access: 'closed',
      livekit: { ...right.livekit, apiSecret: 7 },
      s3: { ...right.s3, bucket: 'My Bucket', buckets: 2 },
      recordings: { crashSafe: 'on', portionSize: '5', maxMinutes: 0 },
      cors: { origins: ['https://a.example/', 'b.example'] },
      notifications: { urls: ['https://a.example'] },
    }),
    [
      'access must be open or protected (it is "closed")',
      'livekit.apiSecret must be a text',
      's3.bucket must be 3 to 63 lower-case letters, digits, dots or hyphens, such as recordings (it is "My Bucket")',
      's3.buckets is not an option',
      'cors.origins.1 must be * or loopback or an origin such as https://example.com (it is "b.example")',
      'notifications.secret must be set when there are URLs: what is sent there is signed with it',
      `recordings.portionSize must be a whole number from 1 to ${Number.MAX_SAFE_INTEGER}, such as 5242880 (it is "5")`,
      'recordings.crashSafe must be on (true) or off (false) (it is "on")',
      'recordings.maxMinutes must be more than no minutes, such as 240 (it is 0)',
      'port is not an option',
    ],
  );
});
