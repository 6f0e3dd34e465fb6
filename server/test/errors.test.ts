import { TRPCError } from '@trpc/server';
import fastify from 'fastify';
import t from 'tap';
import { z } from 'zod';
import { reelroom } from '../app.ts';
import rest from '../http/error-handler.ts';
import { knownError } from '../http/trpc.ts';
import { build, pluginOptions, testConfig } from './support/build.ts';

t.test('what is wrong with a request is told in one form', async (t) => {
  const app = await build(t);

  t.test('malformed JSON', async (t) => {
    const response = await app.inject({
      method: 'POST',
      url: '/recordings/start',
      headers: { 'content-type': 'application/json' },
      body: '{"roomName":',
    });
    t.equal(response.statusCode, 400);
    t.same(response.json(), {
      errorMessage: 'The body is not JSON: it must be an object such as {"roomName":"team"}',
      code: 'INVALID_INPUT',
    });
  });

  t.test('no body, another media type, a body too large', async (t) => {
    t.match((await app.inject({ method: 'POST', url: '/recordings/stop' })).json(), {
      errorMessage: 'roomName is required',
    });
    const xml = {
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'text/xml' },
      body: '<a/>',
    } as const;
    const notJson = await app.inject(xml);
    t.equal(notJson.statusCode, 415);
    t.same(notJson.json(), {
      errorMessage: 'The body must be JSON, sent with Content-Type: application/json',
      code: 'UNSUPPORTED_MEDIA_TYPE',
    });
    const large = await app.inject({
      method: 'POST',
      url: '/token',
      body: { roomName: 'x'.repeat(2 << 20) },
    });
    t.equal(large.statusCode, 413);
    t.same(large.json(), {
      errorMessage: 'The body is too large: at most 1048576 bytes',
      code: 'BODY_TOO_LARGE',
    });
  });

  t.test('a procedure that is not there', async (t) => {
    const response = await app.inject('/trpc/recordings.explode');
    t.equal(response.statusCode, 404);
    t.notMatch(response.body, /node_modules|stack/);
    t.match(response.json(), { error: { data: { httpStatus: 404, errorCode: 'NOT_FOUND' } } });
  });

  t.test('a procedure called by the wrong method, or with what is no JSON', async (t) => {
    t.match((await app.inject('/trpc/recordings.start')).json(), {
      error: { data: { httpStatus: 405, errorCode: 'METHOD_NOT_ALLOWED' } },
    });
    const broken = await app.inject({
      ...{ method: 'POST', url: '/trpc/recordings.start', body: '{"roomName":' },
      headers: { 'content-type': 'application/json' },
    });
    t.match(broken.json(), { error: { data: { httpStatus: 400, errorCode: 'INVALID_INPUT' } } });
    t.match(broken.json(), { error: { message: /JSON/ } });
  });

  t.test('an address that is not there', async (t) => {
    const response = await app.inject({ method: 'POST', url: '/nothing?a=b' });
    t.equal(response.statusCode, 404);
    t.same(response.json(), { errorMessage: 'There is nothing at POST /nothing', code: 'NOT_FOUND' });
  });

  t.test('an address that cannot be decoded', async (t) => {
    for (const url of ['/recordings/%zz', '/room/%E0%A4%A', '/trpc/%', '/%zz?share=x']) {
      const response = await app.inject(url);
      t.equal(response.statusCode, 400, url);
      t.match(response.headers, { 'content-type': 'application/json; charset=utf-8' });
      t.same(response.json(), {
        errorMessage: 'The address cannot be decoded: a % that stands for itself is written %25',
        code: 'INVALID_INPUT',
      });
    }
  });

  t.test('an address that takes other methods names them', async (t) => {
    const video = await app.inject({ method: 'PUT', url: '/recordings/a.mp4' });
    t.equal(video.statusCode, 405);
    t.equal(video.headers.allow, 'DELETE, HEAD, GET');
    t.same(video.json(), {
      errorMessage: '/recordings/a.mp4 takes DELETE, HEAD, GET, not PUT',
      code: 'METHOD_NOT_ALLOWED',
    });
    const stop = await app.inject({ method: 'DELETE', url: '/recordings/stop' });
    t.match(stop, { statusCode: 405, headers: { allow: 'POST' } }, 'which is no recording');
    const query = await app.inject({ method: 'QUERY', url: '/healthz' });
    t.match(query, { statusCode: 405, headers: { allow: 'GET, HEAD' } });
    t.match(query.json(), { code: 'METHOD_NOT_ALLOWED' });
    const token = await app.inject('/token');
    t.equal(token.statusCode, 405);
    t.equal(token.headers.allow, 'POST');
  });

  t.test('a webhook that LiveKit did not send', async (t) => {
    const response = await app.inject({ method: 'POST', url: '/livekit/webhook', body: {} });
    t.equal(response.statusCode, 401);
    t.same(response.json(), {
      errorMessage: 'The webhook is not signed with our LiveKit API key',
      code: 'WEBHOOK_INVALID',
    });
  });

  t.test('a body that tRPC is not even handed is refused in its form', async (t) => {
    const send = (type: string, body: string) =>
      app.inject({
        ...{ method: 'POST', url: '/trpc/recordings.start' },
        ...{ headers: { 'content-type': type }, body },
      });
    t.match((await send('application/json', 'x'.repeat(2 << 20))).json(), {
      error: {
        code: -32013,
        message: 'The body is too large: at most 1048576 bytes',
        data: {
          code: 'PAYLOAD_TOO_LARGE',
          httpStatus: 413,
          path: 'recordings.start',
          errorCode: 'BODY_TOO_LARGE',
        },
      },
    });
    t.match((await send('text/xml', '<a/>')).json(), {
      error: { data: { httpStatus: 415, errorCode: 'UNSUPPORTED_MEDIA_TYPE' } },
    });
  });

  t.test('ten calls at once, and not eleven', async (t) => {
    const calls = (count: number) =>
      app.inject(`/trpc/${Array.from({ length: count }, () => 'system.status').join(',')}?batch=1&input={}`);
    t.equal((await calls(10)).json().length, 10);
    t.match(await calls(11), { statusCode: 400, body: /INVALID_INPUT/ });
  });
});

t.test('what does not fit a schema inside is not the fault of the one who asks', async (t) => {
  const app = fastify();
  t.teardown(() => app.close());
  await app.register(rest);
  app.get('/', () => z.string('what S3 said is no text').parse(7));
  const answer = await app.inject('/');
  t.equal(answer.statusCode, 500);
  t.same(answer.json(), { errorMessage: 'Something went wrong on the server', code: 'INTERNAL' });

  const { error: cause } = z.string('it is no text').safeParse(7);
  t.match(knownError(new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause })), {
    ...{ code: 'INTERNAL', message: 'Something went wrong on the server' },
  });
  t.match(knownError(new TRPCError({ code: 'BAD_REQUEST', cause })), {
    ...{ code: 'INVALID_INPUT', message: 'it is no text' },
  });
});

t.test('what fails in a procedure is logged with the id of its request', async (t) => {
  const lines: { level: number; reqId?: string; path?: string }[] = [];
  const app = fastify({ logger: { stream: { write: (line: string) => void lines.push(JSON.parse(line)) } } });
  t.teardown(() => app.close());
  await app.register(reelroom, pluginOptions(testConfig({ LIVEKIT_URL: 'http://127.0.0.1:1' })));
  const answer = await app.inject({
    ...{ method: 'POST', url: '/trpc/recordings.start', headers: { 'content-type': 'application/json' } },
    body: '{"roomName":"a"}',
  });
  t.match(answer.json(), { error: { data: { errorCode: 'LIVEKIT_UNAVAILABLE' } } });
  const failure = lines.find(({ path }) => path === 'recordings.start');
  t.match(failure, { level: 50, reqId: /.+/ });
});
