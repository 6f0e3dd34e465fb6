import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ConfigError } from '../../server/config/options.ts';
import { wantedPorts } from '../lib/ports.ts';
import { type Environment, readSettings } from '../lib/settings.ts';
import { livekitPart } from '../processes/parts.ts';

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

t.test('where other machines reach the app they reach our LiveKit, and nothing else of ours', async (t) => {
  const own = { ACCESS: 'open', LIVEKIT_API_SECRET: 'x'.repeat(40), S3_SECRET_KEY: 'y'.repeat(40) };
  const livekitOf = (env: Environment): unknown =>
    JSON.parse(livekitPart(readSettings({ ...own, ...env }), 'livekit', true).env?.LIVEKIT_CONFIG ?? '');
  const open = { use_ice_lite: true, node_ip: undefined, use_external_ip: false };
  t.match(livekitOf({}), { bind_addresses: ['127.0.0.1'], rtc: { node_ip: '127.0.0.1' } });
  t.match(livekitOf({ HOST: '127.0.0.2' }), { bind_addresses: ['127.0.0.1'], rtc: { node_ip: '127.0.0.1' } });
  for (const HOST of ['0.0.0.0', '::'])
    t.match(livekitOf({ HOST }), {
      bind_addresses: [HOST],
      rtc: { ...open, ips: undefined },
      webhook: { urls: ['http://localhost:6080/livekit/webhook'] },
    });
  t.match(livekitOf({ HOST: '192.168.1.5' }), {
    bind_addresses: ['127.0.0.1', '192.168.1.5'],
    rtc: { ...open, ips: { includes: ['127.0.0.0/8', '192.168.1.5/32'] } },
    webhook: { urls: ['http://192.168.1.5:6080/livekit/webhook'] },
  });
  t.match(
    livekitOf({ PUBLIC_URL: 'https://rooms.example/video' }),
    {
      bind_addresses: ['127.0.0.1'],
      rtc: { ...open, ips: undefined },
      webhook: { urls: ['http://localhost:6080/video/livekit/webhook'] },
    },
    'behind a proxy media does not go through it',
  );

  const hosts = (HOST: string) =>
    wantedPorts(readSettings({ ...own, HOST })).map(({ by, host }) => `${by}: ${host}`);
  t.match(hosts('0.0.0.0'), [
    'the app: 0.0.0.0',
    /S3.*127.0.0.1/,
    /LiveKit: 0.0.0.0/,
    /0.0.0.0/,
    /Redis: 127/,
  ]);
});

t.test(
  'where access is protected our own LiveKit and S3 have secrets of their own, which stay',
  async (t) => {
    const data = t.testdir();
    const env: Environment = {
      ...{ REELROOM_DATA: data, HOST: '0.0.0.0', SESSION_SECRETS: 'x'.repeat(32) },
      ADMIN_PASSWORD_HASH: `$argon2id$v=19$m=65536,t=3,p=1$c2FsdHNhbHQ$${'x'.repeat(43)}`,
    };
    const secretsOf = (env: Environment) => {
      const { livekit, s3 } = readSettings(env).config;
      return [livekit.apiSecret, s3.secretKey];
    };
    const made = secretsOf(env);
    t.same(secretsOf({ ...env, HOST: '127.0.0.1', ACCESS: 'protected' }), made);
    t.equal(
      new Set([...made, ...secretsOf({ REELROOM_DATA: data })]).size,
      4,
      'not those that everyone knows',
    );
    t.equal(statSync(join(data, 'secrets.env')).mode & 0o077, 0, 'nobody else reads them');
    t.same(secretsOf({ ...env, LIVEKIT_API_SECRET: 'y'.repeat(40), S3_SECRET_KEY: 'z' }), [
      'y'.repeat(40),
      'z',
    ]);
  },
);

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
