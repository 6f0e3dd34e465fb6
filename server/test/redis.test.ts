import fastify from 'fastify';
import t from 'tap';
import { withTimeout, openRedis } from '../adapters/redis/client.ts';
import { failure } from './support/failure.ts';
import { recordedLog } from './support/log.ts';
import { redisClient, startRedis } from './support/redis.ts';
import { until } from './support/until.ts';

t.test('no Redis is asked for: there is none', async (t) => {
  const app = fastify();
  t.teardown(() => app.close());
  t.equal(openRedis(app, {}), undefined);
});

t.test('the app starts and goes on without Redis, which comes back by itself', async (t) => {
  const server = await startRedis(t);
  await server.stop();
  const { log, lines } = recordedLog();
  const app = fastify({ loggerInstance: log });
  const redis = openRedis(app, { redisUrl: server.url });
  await app.ready();
  await until('that it is away', async () => lines.length > 0);
  t.match(await failure(redis?.ping() ?? Promise.resolve()), Error, 'nobody waits for it');

  await server.start();
  const answers = () => until('an answer', async () => redis?.ping().catch(() => undefined));
  t.equal(await answers(), 'PONG');
  await server.stop();
  await until('that it is away again', async () => lines.length === 3);
  await server.start();
  t.equal(await answers(), 'PONG');
  t.same(lines, ['warn: Redis is away', 'info: Redis is back', 'warn: Redis is away', 'info: Redis is back']);
  await app.close();
  t.match(await failure(redis?.ping() ?? Promise.resolve()), { message: /closed/ });
});

t.test('an app whose Redis never was there closes at once', async (t) => {
  const server = await startRedis(t);
  await server.stop();
  const app = fastify();
  openRedis(app, { redisUrl: server.url });
  await app.ready();
  const since = Date.now();
  await app.close();
  t.ok(Date.now() - since < 500);
});

t.test(
  'a Redis that hangs is not waited for, and left for a new connection; an idle one is kept',
  async (t) => {
    const idle = recordedLog();
    await redisClient(t, (await startRedis(t)).url, idle.log);
    const server = await startRedis(t);
    const { log, lines } = recordedLog();
    const client = await redisClient(t, server.url, log);
    server.hang();
    const since = Date.now();
    t.match(await failure(withTimeout(client.ping())), { message: /did not answer/ });
    t.ok(Date.now() - since < 800);
    await until('the connection to be given up', async () => lines[0] === 'warn: Redis is away', 20_000);
    t.same(idle.lines, []);
    server.goOn();
    t.equal(await until('an answer', async () => client.ping().catch(() => undefined)), 'PONG');
  },
);
