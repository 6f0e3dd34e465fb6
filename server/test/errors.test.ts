import t from 'tap';
import { build } from './support/build.ts';

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
    t.match(response.json(), { errorMessage: String, code: 'INVALID_INPUT' });
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
    t.equal((await app.inject(xml)).statusCode, 415);
    const large = await app.inject({
      method: 'POST',
      url: '/token',
      body: { roomName: 'x'.repeat(2 << 20) },
    });
    t.equal(large.statusCode, 413);
    t.match(large.json(), { errorMessage: String, code: 'INVALID_INPUT' });
  });

  t.test('a procedure that is not there', async (t) => {
    const response = await app.inject('/trpc/recordings.explode');
    t.equal(response.statusCode, 404);
    t.notMatch(response.body, /node_modules|stack/);
  });

  t.test('an address that is not there', async (t) => {
    t.equal((await app.inject({ method: 'POST', url: '/nothing' })).statusCode, 404);
  });

  t.test('every origin may ask, as in the seed', async (t) => {
    const response = await app.inject({
      method: 'OPTIONS',
      url: '/recordings/x.mp4',
      headers: { origin: 'http://elsewhere.example', 'access-control-request-method': 'DELETE' },
    });
    t.equal(response.headers['access-control-allow-origin'], '*');
    t.match(response.headers['access-control-allow-methods'], /DELETE/);
  });
});
