import fastify from 'fastify';
import t from 'tap';
import { reelroom } from '../app.ts';
import { bucketOf, pluginOptions, testConfig } from './support/build.ts';

t.test('Reelroom is a plugin of another application, and leaves the rest of it alone', async (t) => {
  const app = fastify({ exposeHeadRoutes: false });
  t.teardown(() => app.close());
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send('their own error'));
  app.get('/theirs', () => 'theirs');
  app.get('/broken', () => {
    throw new Error('broken');
  });
  const first = testConfig();
  const second = testConfig();
  await (await bucketOf(first)).put('recordings/a-RM_1-t.mp4', 'one');
  await (await bucketOf(second)).put('recordings/b-RM_1-t.mp4', 'two');
  await app.register(reelroom, { prefix: '/first', ...pluginOptions(first) });
  await app.register(reelroom, { prefix: '/second', ...pluginOptions(second) });
  await app.ready();

  t.equal((await app.inject('/theirs')).body, 'theirs');
  t.equal((await app.inject('/broken')).body, 'their own error');
  t.equal((await app.inject('/recordings')).statusCode, 404);
  t.match((await app.inject('/first/recordings')).json(), { recordings: [{ name: 'a-RM_1-t.mp4' }] });
  t.match((await app.inject('/second/trpc/recordings.list')).json(), {
    result: { data: { recordings: [{ name: 'b-RM_1-t.mp4' }] } },
  });
  t.equal((await app.inject('/second/recordings/b-RM_1-t.mp4')).body, 'two');
  t.equal((await app.inject('/first/recordings/b-RM_1-t.mp4')).statusCode, 404, 'two instances, two buckets');
  const long = `${encodeURIComponent('é'.repeat(110))}.mp4`;
  t.match((await app.inject(`/first/recordings/${long}`)).json(), { errorMessage: 'Recording not found' });
  t.match((await app.inject({ method: 'POST', url: '/first/token', body: {} })).json(), {
    code: 'INVALID_INPUT',
  });
});
