import { availableParallelism } from 'node:os';
import t from 'tap';
import { ConfigError } from '../../server/config/options.ts';
import { type Environment, readSettings } from '../lib/settings.ts';

t.test('by default everything is ours, at the usual ports', async (t) => {
  const { config, env, ours, ports } = readSettings({});
  t.same(ours, { livekit: true, s3: true, vite: false });
  t.same(ports.livekitUdp, { from: 50_000, to: 50_100 });
  t.equal(config.livekit.url, 'http://127.0.0.1:7880');
  t.equal(config.s3.endpoint, 'http://127.0.0.1:9000');
  t.equal(env.LIVEKIT_URL, config.livekit.url, 'the app is told the same');
});

t.test('our own recorder makes one recording a core, or as many as one says', async (t) => {
  const limitOf = (env: Environment) => readSettings(env).config.recordings.maxConcurrent;
  t.equal(limitOf({}), availableParallelism());
  t.equal(limitOf({ MAX_CONCURRENT_RECORDINGS: '7' }), 7);
  t.equal(limitOf({ LIVEKIT_URL: 'wss://calls.example' }), undefined, 'of other recorders nothing is known');
});

t.test('what the environment names is used, not started', async (t) => {
  const { config, ours } = readSettings({ LIVEKIT_URL: 'wss://calls.example', S3_PORT: '9100' });
  t.same(ours, { livekit: false, s3: true, vite: false });
  t.equal(config.livekit.url, 'wss://calls.example');
  t.equal(config.s3.endpoint, 'http://127.0.0.1:9100');
  t.notOk(readSettings({ S3_ENDPOINT: 'https://s3.example' }).ours.s3);
});

t.test('stacks with other data have other sockets, at paths that are short enough', async (t) => {
  const long = readSettings({ REELROOM_DATA: `/${'a'.repeat(200)}` }).runtime;
  t.not(long, readSettings({}).runtime);
  t.ok(long.length < 50);
});

t.test("the launcher's mistakes and the app's are told together", async (t) => {
  try {
    readSettings({ REDIS_PORT: 'x', LIVEKIT_UDP_PORTS: '60000-50000', SERVER_PORT: '-1' });
    t.fail('there was no error');
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    t.equal(error.problems.length, 3);
    for (const variable of ['REDIS_PORT', 'LIVEKIT_UDP_PORTS', 'SERVER_PORT'])
      t.match(error.message, variable);
  }
});
