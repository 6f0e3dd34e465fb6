import t from 'tap';
import { livekitClients, openRoom, serve, testConfig } from '../support/build.ts';
import { startRedis } from '../support/redis.ts';
import { untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

const rounds = 20;
const startsEach = 50;

t.test('two app processes that share a Redis: fifty starts at each, one recording', async (t) => {
  const redis = await startRedis(t);
  const config = testConfig({ REDIS_URL: redis.url });
  const one = await serve(t, config);
  const other = await serve(t, { ...config, port: 0 });
  const { name: roomName } = await openRoom(t, config);
  const { egress } = livekitClients(config);
  const active = () => egress.listEgress({ roomName, active: true });

  for (let round = 1; round <= rounds; round++) {
    const starts = await Promise.allSettled(
      Array.from({ length: 2 * startsEach }, (_, i) =>
        (i % 2 ? one : other).trpc.recordings.start.mutate({ roomName, quality: '480p' }),
      ),
    );
    const told = starts.flatMap((start) =>
      start.status === 'rejected' ? [start.reason.data?.errorCode] : [],
    );
    t.equal(told.length, 2 * startsEach - 1, `round ${round}: one of them started`);
    t.ok(
      told.every((code) => code === 'RECORDING_ALREADY_STARTED'),
      [...new Set(told)].join(),
    );
    t.equal((await active()).length, 1, 'as LiveKit sees it');
    const { trpc } = round % 2 ? one : other;
    await until('the recorder to end', async () => {
      // One that is just being started may not answer in time.
      await trpc.recordings.stop.mutate({ roomName }).catch(() => undefined);
      return (await active()).length === 0;
    });
  }

  await until('a last one to start', () =>
    other.trpc.recordings.start.mutate({ roomName }).catch(() => undefined),
  );
  await untilShown(config, roomName, 'recording');
  await one.trpc.recordings.stop.mutate({ roomName });
  await untilShown(config, roomName, 'ready');
});
