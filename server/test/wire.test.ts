import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import fastify from 'fastify';
import t from 'tap';
import { reelroom } from '../app.ts';
import openAnswers from '../http/sending/open-responses.ts';
import rest from '../http/error-handler.ts';
import { bucketOf, build, pluginOptions, serve, testConfig } from './support/build.ts';
import { listen } from './support/listen.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

/** An answer as it came over the wire, its body not decompressed. */
async function ask(url: string, { method = 'GET', headers = {}, body = '' } = {}) {
  const asked = request(url, { method, headers, agent: false }).end(body);
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (!response) throw new Error(`no answer from ${url}`);
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: Number(response.statusCode),
    headers: response.headers,
    body: Buffer.concat(chunks),
  };
}

const evil = 'https://evil.example';

t.test('the app answers by its own names only', async (t) => {
  const app = await build(t, testConfig({ ALLOWED_HOSTS: 'reelroom.example', APP_URL: 'http://app:6080' }));
  const statusOf = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/healthz', headers })).statusCode;

  for (const host of [
    ...['localhost', 'localhost:6080', 'LOCALHOST', 'a.localhost:1', '127.0.0.1:6080', '[::1]:6080'],
    ...['reelroom.example', 'Reelroom.Example:443', 'reelroom.example.', 'app:6080', '192.168.1.5:6080'],
  ])
    t.equal(await statusOf({ host }), 200, host);
  for (const host of ['rebound.evil.example:6080', 'localhost.evil.example', 'xreelroom.example', '%', 'a b'])
    t.equal(await statusOf({ host }), 421, host);
  t.equal(
    await statusOf({ host: 'localhost', 'x-forwarded-host': 'evil.example' }),
    421,
    'links would begin so',
  );
  t.equal(
    await statusOf({ host: 'evil.example', 'x-forwarded-host': 'localhost' }),
    421,
    'a script may set it',
  );

  t.same((await app.inject({ url: '/recordings', headers: { host: 'evil.example' } })).json(), {
    errorMessage:
      'This server does not answer to the host name evil.example: PUBLIC_URL or ALLOWED_HOSTS lists its names',
    code: 'HOST_NOT_ALLOWED',
  });
  const trpc = await app.inject({ url: '/trpc/system.status', headers: { host: 'evil.example' } });
  t.match(trpc, { statusCode: 421 });
  t.match(trpc.json(), { error: { data: { httpStatus: 421, errorCode: 'HOST_NOT_ALLOWED' } } });
  for (const url of ['/', '/library', '/nothing', '/recorder.html', '/docs'])
    t.equal((await app.inject({ url, headers: { host: 'evil.example' } })).statusCode, 421, url);
});

t.test('a page of another origin neither reads nor changes anything', async (t) => {
  const config = testConfig({ CORS_ORIGINS: 'https://good.example' });
  await (await bucketOf(config)).put('recordings/a-RM_1-t.mp4', 'video');
  const app = await build(t, config);
  const send = (method: 'POST' | 'DELETE' | 'GET', url: string, headers: Record<string, string>) =>
    app.inject({ method, url, headers });
  const deletion = '/recordings/a-RM_1-t.mp4';

  for (const headers of [
    { origin: evil },
    { origin: 'null' },
    { origin: 'http://localhost:80', 'sec-fetch-site': 'cross-site' },
    { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-site' },
  ]) {
    for (const url of ['/recordings/start', '/recordings/zip', '/trpc/recordings.deleteMany'])
      t.equal((await send('POST', url, headers)).statusCode, 403, `${headers.origin} ${url}`);
    const refused = await send('DELETE', deletion, headers);
    t.match(refused.json(), { code: 'ORIGIN_NOT_ALLOWED' });
    t.equal(refused.headers['access-control-allow-origin'], undefined);
    t.equal((await send('GET', '/recordings', headers)).headers['access-control-allow-origin'], undefined);
  }
  const trpc = await send('POST', '/trpc/recordings.deleteMany', { origin: evil });
  t.match(trpc.json(), { error: { data: { code: 'FORBIDDEN', errorCode: 'ORIGIN_NOT_ALLOWED' } } });
  const preflight = await app.inject({
    ...{ method: 'OPTIONS', url: deletion },
    headers: { origin: evil, 'access-control-request-method': 'DELETE' },
  });
  t.equal(preflight.headers['access-control-allow-origin'], undefined);
  t.equal((await app.inject(deletion)).body, 'video', 'it is still there');

  for (const headers of [
    {},
    { origin: 'https://good.example' },
    { origin: 'http://localhost:80' },
    { origin: 'https://proxied.example', 'sec-fetch-site': 'same-origin' },
    {
      origin: 'https://proxied.example',
      host: 'localhost',
      'x-forwarded-host': '127.0.0.1',
      'sec-fetch-site': 'same-origin',
    },
  ])
    t.equal((await send('POST', '/recordings/start', headers)).statusCode, 400, JSON.stringify(headers));
});

t.test('by default pages of this machine are let in, and no other', async (t) => {
  const app = await build(t);
  const allowedTo = async (origin: string) =>
    (await app.inject({ url: '/recordings', headers: { origin } })).headers['access-control-allow-origin'];
  for (const origin of [
    'http://localhost:5080',
    'http://127.0.0.1:1',
    'http://[::1]:3000',
    'https://a.localhost',
  ])
    t.equal(await allowedTo(origin), origin);
  for (const origin of [evil, 'http://localhost.evil.example', 'http://192.168.1.5:5080', 'null'])
    t.equal(await allowedTo(origin), undefined, origin);
});

t.test('an application around us says itself what it is known as, and whom its CORS lets in', async (t) => {
  const { hosts: _, cors: __, ...options } = pluginOptions(testConfig());
  const app = fastify();
  t.teardown(() => app.close());
  await app.register(reelroom, options);
  const headers = { host: 'any.example' };
  t.equal((await app.inject({ url: '/healthz', headers })).statusCode, 200);
  const foreign = {
    method: 'POST',
    url: '/recordings/start',
    headers: { ...headers, origin: evil },
  } as const;
  t.equal((await app.inject(foreign)).statusCode, 403);
  const own = { ...foreign, headers: { ...headers, origin: 'https://any.example' } };
  t.equal((await app.inject(own)).statusCode, 400);
});

t.test('every answer says that its type is its type, every page what it may do', async (t) => {
  const app = await build(t);
  for (const url of [
    ...['/', '/library', '/room/x', '/watch/a.mp4', '/embed/a.mp4', '/recorder.html', '/nothing', '/docs/'],
    ...[
      '/recordings',
      '/recordings/a.mp4',
      '/posters/a.mp4',
      '/openapi.json',
      '/healthz',
      '/trpc/system.status',
    ],
    ...['/trpc/none', '/recordings/%zz', '/icon.svg', '/docs/static/index.css'],
  ]) {
    const { headers } = await app.inject({ url, headers: { accept: '*/*' } });
    t.equal(headers['x-content-type-options'], 'nosniff', url);
    t.notOk(headers['strict-transport-security'], 'people come without TLS');
    if (!String(headers['content-type']).startsWith('text/html')) continue;
    t.equal(headers['cross-origin-opener-policy'], 'same-origin', url);
    const policy = String(headers['content-security-policy']);
    for (const directive of [
      /^default-src 'self';/,
      /object-src 'none'/,
      /base-uri 'self'/,
      /frame-ancestors '/,
    ])
      t.match(policy, directive, url);
    t.notMatch(policy, /script-src|unsafe-|\*/, url);
    t.match(headers, { 'referrer-policy': /^(same-origin|no-referrer)$/ }, url);
  }
});

t.test('where people come by TLS, browsers are told to come by no other way', async (t) => {
  const app = await build(t, { ...testConfig(), publicUrl: 'https://rooms.example' });
  const { headers } = await app.inject({ url: '/healthz' });
  t.equal(headers['strict-transport-security'], 'max-age=15552000');
});

t.test('HEAD is as GET, without the body', async (t) => {
  const config = testConfig();
  await (await bucketOf(config)).put('recordings/a-RM_1-t.mp4', 'video');
  const { url } = await serve(t, config);
  for (const path of [
    ...[
      '/',
      '/library',
      '/room/x',
      '/watch/a-RM_1-t.mp4',
      '/watch/none.mp4',
      '/embed/a-RM_1-t.mp4',
      '/nothing',
    ],
    ...['/docs', '/docs/', '/openapi.json', '/healthz', '/readyz', '/recordings', '/recordings?limit=10'],
    ...['/recordings?limit=x', '/recordings.html', '/recorder.html', '/icon.svg', '/docs/static/index.css'],
  ])
    for (const encoding of ['identity', 'br']) {
      const headers = { 'accept-encoding': encoding };
      const [get, head] = await Promise.all([
        ask(url + path, { headers }),
        ask(url + path, { method: 'HEAD', headers }),
      ]);
      t.equal(head.status, get.status, path);
      t.equal(head.body.length, 0, path);
      // How a body is framed is not said where there is none (RFC 9110 §8.6).
      const { date: _, 'transfer-encoding': __, 'content-length': length, ...got } = get.headers;
      const { date: ___, 'content-length': told, ...headed } = head.headers;
      t.same(headed, got, `${path} ${encoding}`);
      if (told !== undefined) t.equal(told, length, `${path} ${encoding}`);
    }
});

t.test(
  'who does not say what they take has pages as browsers have them; unknown ones with 404',
  async (t) => {
    const app = await build(t);
    for (const accept of [undefined, '*/*', 'text/html', 'text/html,application/xhtml+xml,*/*;q=0.8']) {
      const headers = accept === undefined ? {} : { accept };
      for (const url of ['/', '/library', '/library/', '/room/x', '/room/?roomName=..'])
        t.match(
          await app.inject({ url, headers }),
          { statusCode: 200, body: /<title>Reelroom/ },
          `${url} ${accept}`,
        );
      for (const url of ['/nothing', '/recordings.mp4', '/assets/gone.js', '/index.html', '/library/x'])
        t.match(
          await app.inject({ url, headers }),
          { statusCode: 404, body: /<title>Reelroom/ },
          `${url} ${accept}`,
        );
    }
    const json = { accept: 'application/json' };
    t.match((await app.inject({ url: '/nothing', headers: json })).json(), { code: 'NOT_FOUND' });
    t.match((await app.inject('/livekit/webhook')).json(), { code: 'METHOD_NOT_ALLOWED' });
  },
);

t.test('text is compressed on the wire, and nothing else', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const startedAt = Date.UTC(2026, 0, 31);
  await putSeedRecordings(
    put,
    Array.from({ length: 60 }, (_, i) => ({
      roomName: 'team',
      roomId: 'RM_1',
      startedAt: startedAt + i * 1_000,
    })),
  );
  await put('recordings/a-RM_1-t.mp4', 'x'.repeat(10_000));
  const { url } = await serve(t, config);
  const decoded = { br: brotliDecompressSync, gzip: gunzipSync };
  const script = /src="\.?\/?(assets\/[^"]+\.js)"/.exec((await ask(`${url}/`)).body.toString())?.[1] ?? '';

  for (const path of [
    '/',
    '/recordings',
    '/recordings?limit=50',
    '/trpc/recordings.list',
    '/openapi.json',
    `/${script}`,
  ])
    for (const encoding of ['br', 'gzip'] as const) {
      const plain = await ask(url + path, { headers: { 'accept-encoding': 'identity' } });
      const small = await ask(url + path, { headers: { 'accept-encoding': encoding } });
      t.equal(small.status, 200, path);
      t.match(
        small.headers,
        { 'content-encoding': encoding, vary: /accept-encoding/i },
        `${path} ${encoding}`,
      );
      t.ok(decoded[encoding](small.body).equals(plain.body), `${path} is the same`);
      t.ok(
        small.body.length < plain.body.length * 0.7,
        `${path}: ${small.body.length} of ${plain.body.length}`,
      );
      t.equal(plain.headers['content-encoding'], undefined);
    }

  const all = { 'accept-encoding': 'br, gzip' };
  const video = `${url}/recordings/a-RM_1-t.mp4`;
  const whole = await ask(video, { headers: all });
  t.match(whole, { status: 200, headers: { 'content-length': '10000', 'accept-ranges': 'bytes' } });
  const part = await ask(video, { headers: { ...all, range: 'bytes=0-4999' } });
  t.match(part, {
    status: 206,
    headers: { 'content-range': 'bytes 0-4999/10000', 'content-length': '5000' },
  });
  const zip = await ask(`${url}/recordings/zip?name=a-RM_1-t.mp4`, { headers: all });
  for (const { headers } of [whole, part, zip]) t.equal(headers['content-encoding'], undefined);
  t.equal(
    (await ask(`${url}/healthz`, { headers: all })).headers['content-encoding'],
    undefined,
    'it is too short',
  );

  const changes = await listen(t, url, 'recordings.changes', {});
  await changes.hears('connected');
});

t.test('an address that has as many answers under way as it may waits for one to end', async (t) => {
  const app = fastify({ trustProxy: 'loopback', forceCloseConnections: true });
  await app.register(rest);
  await app.register(openAnswers, { most: 3 });
  app.get('/', (_request, reply) => {
    reply.raw.write('for ever');
    return reply.hijack();
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  t.teardown(() => app.close());
  const from = (address: string) => {
    const asked = request(url, { agent: false, headers: { 'x-forwarded-for': address } }).end();
    asked.on('error', () => undefined);
    return once(asked, 'response').then(([{ statusCode, headers }]) => ({ asked, statusCode, headers }));
  };
  const taken = await Promise.all(['10.0.0.1', '10.0.0.1', '10.0.0.1', '10.0.0.2'].map(from));
  for (const { statusCode } of taken) t.equal(statusCode, 200);
  t.match(await from('10.0.0.1'), { statusCode: 429, headers: { 'retry-after': '5' } });
  taken[0]?.asked.destroy();
  await until('one to have ended', async () => (await from('10.0.0.1')).statusCode === 200);
});

t.test('a request that does not arrive is not waited for', async (t) => {
  const { app } = await serve(t, testConfig({ SERVER_PORT: '0' }));
  const { requestTimeout, headersTimeout, timeout } = app.server;
  t.ok(headersTimeout > 0 && headersTimeout < requestTimeout && requestTimeout <= 60_000);
  t.ok(timeout > 600_000, 'a player may be still for as long as STALLED_VIEWER_SECONDS says');
  app.server.requestTimeout = 200;
  app.server.headersTimeout = 100;
  const address = app.server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  /** What is answered to a request that begins so and goes on slowly. */
  async function answerTo(begin: string, next: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    t.teardown(() => socket.destroy());
    let answer = '';
    socket.on('data', (chunk) => (answer += String(chunk)));
    // What is written after the answer is reset: `once` would reject.
    socket.on('error', () => undefined);
    socket.write(begin);
    const timer = setInterval(() => socket.write(next), 30);
    await new Promise((resolve) => socket.once('close', resolve));
    clearInterval(timer);
    return answer;
  }
  const post = 'POST /token HTTP/1.1\r\nHost: localhost\r\n';
  const body = `${post}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n{`;
  for (const [what, begin, next] of [
    ['a body', body, ' '],
    ['headers', post, 'X-More: 1\r\n'],
    ['a first line', 'GET /', 'a'],
  ] as const)
    t.match(await answerTo(begin, next), /^HTTP\/1\.1 408 .*"code":"REQUEST_TIMEOUT"/s, what);
});
