import { createServer } from 'node:net';
import t from 'tap';
import { busyPort, busyPorts, freePorts, wantedPorts } from '../lib/ports.ts';
import { readSettings } from '../lib/settings.ts';

t.test('a busy port is told with its number, who wants it and what moves it', async (t) => {
  const [app, livekit, livekitTcp, s3, redis] = (await freePorts(10)).map(String);
  const env = {
    SERVER_PORT: app,
    LIVEKIT_PORT: livekit,
    LIVEKIT_TCP_PORT: livekitTcp,
    S3_PORT: s3,
    REDIS_PORT: redis,
  };
  const settings = readSettings({ ...env, LIVEKIT_UDP_PORTS: `${app}-${redis}` });
  t.same(await busyPorts(settings), []);

  const other = createServer().listen(Number(redis), '127.0.0.1');
  t.teardown(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const problems = await busyPorts(settings);
  t.equal(problems.length, 1);
  for (const part of [String(redis), 'Redis', 'REDIS_PORT']) t.match(problems[0], part);
});

t.test('ports of parts that are not ours do not matter', async (t) => {
  const settings = readSettings({ LIVEKIT_URL: 'ws://calls.example', S3_ENDPOINT: 'https://s3.example' });
  t.same(
    wantedPorts(settings).map(({ variable }) => variable),
    ['SERVER_PORT'],
  );
  t.match(
    busyPort({ host: '', port: 6080, by: 'the app', variable: 'SERVER_PORT' }),
    /6080.*the app.*SERVER_PORT/,
  );
});
