import t from 'tap';
import { loadConfig } from '../config/environment.ts';
import { ConfigError } from '../config/options.ts';
import { protectionProblems } from '../config/protection.ts';

/** What a protected server needs to let an admin sign in. */
const signIn = {
  ADMIN_PASSWORD_HASH: `$argon2id$v=19$m=65536,t=3,p=4$${'c2FsdHNhbHQ'}$${'x'.repeat(43)}`,
  SESSION_SECRETS: 'z'.repeat(32),
};

const problems = (env: Record<string, string>): string[] => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

t.test("without any variable: the seed's defaults, on loopback", async (t) => {
  t.match(loadConfig({}), {
    port: 6080,
    host: '127.0.0.1',
    appUrl: 'http://localhost:6080',
    livekit: { url: 'http://localhost:7880', apiKey: 'devkey' },
    s3: {
      endpoint: 'http://localhost:9000',
      accessKey: 'minioadmin',
      secretKey: 'minioadmin',
      region: 'us-east-1',
      bucket: 'openvidu',
    },
    rooms: { emptySeconds: 20 },
    recordings: { path: 'recordings/', portionSize: undefined },
  });
  t.ok(loadConfig({}).livekit.apiSecret.length >= 32, 'LiveKit warns of a shorter secret');
});

t.test('an empty variable is one that is not set, but for the path, which may be empty', async (t) => {
  t.same(loadConfig({ SERVER_PORT: '', S3_BUCKET: '' }), loadConfig({}));
  t.equal(loadConfig({ RECORDINGS_PATH: '' }).recordings.path, '');
  t.equal(loadConfig({ RECORDINGS_PATH: 'a b/ü/' }).recordings.path, 'a b/ü/');
});

t.test('the address of the app follows its port, and where it listens', async (t) => {
  t.equal(loadConfig({ SERVER_PORT: '7000' }).appUrl, 'http://localhost:7000');
  t.equal(loadConfig({ APP_URL: 'https://rooms.example/' }).appUrl, 'https://rooms.example');
  const own = { ACCESS: 'open', LIVEKIT_API_SECRET: 'x'.repeat(40), S3_SECRET_KEY: 'y'.repeat(40) };
  const at = (HOST: string) => loadConfig({ ...own, HOST }).appUrl;
  for (const HOST of ['127.0.0.1', 'localhost', '0.0.0.0', '::'])
    t.equal(at(HOST), 'http://localhost:6080', HOST);
  for (const HOST of ['127.0.0.2', '192.168.1.5', 'reelroom.lan']) t.equal(at(HOST), `http://${HOST}:6080`);
  t.equal(at('fd00::2'), 'http://[fd00::2]:6080');
  t.equal(at('::1'), 'http://[::1]:6080');
});

t.test(
  'all mistakes are told at once, each with its variable, what is right and what was given',
  async (t) => {
    const lines = problems({
      SERVER_PORT: '99999',
      LIVEKIT_URL: 'localhost:7880',
      S3_ENDPOINT: 'ftp://x',
      S3_BUCKET: 'My Bucket',
      RECORDINGS_PATH: '../up',
      RECORDING_FILE_PORTION_SIZE: '5MB',
      EMPTY_ROOM_SECONDS: '0',
      LOG_LEVEL: 'loud',
    });
    t.equal(lines.length, 8);
    const told = lines.join('\n');
    t.match(told, /SERVER_PORT must be a whole number from 0 to 65535, such as 6080 \(it is 99999\)/);
    t.match(told, /LIVEKIT_URL must be a URL such as ws:\/\/localhost:7880/);
    t.match(told, /EMPTY_ROOM_SECONDS must be a whole number from 1 to 3600, such as 20/);
    t.match(told, /RECORDING_FILE_PORTION_SIZE must be a whole number .*"5MB"/);
  },
);

t.test('S3: the keys of our own are for our own alone; keys belong together', async (t) => {
  const S3_ENDPOINT = 'https://s3.example';
  t.match(loadConfig({ S3_ENDPOINT }).s3, {
    accessKey: undefined,
    forcePathStyle: true,
    createBucket: false,
  });
  const keys = { S3_ACCESS_KEY: 'a', S3_SECRET_KEY: 'b', S3_SESSION_TOKEN: 'c' };
  const settings = {
    S3_FORCE_PATH_STYLE: 'off',
    S3_CREATE_BUCKET: 'on',
    S3_EGRESS_ENDPOINT: 'http://s3:9000/',
  };
  t.match(loadConfig({ S3_ENDPOINT, ...keys, ...settings }).s3, {
    ...{ accessKey: 'a', secretKey: 'b', sessionToken: 'c' },
    ...{ forcePathStyle: false, createBucket: true, egressEndpoint: 'http://s3:9000' },
  });
  t.match(problems({ S3_ENDPOINT, S3_ACCESS_KEY: 'a' }), [/S3_SECRET_KEY must be set/]);
  t.match(problems({ S3_ENDPOINT, S3_SECRET_KEY: 'a' }), [/S3_ACCESS_KEY must be set/]);
  t.match(problems({ S3_ENDPOINT, S3_SESSION_TOKEN: 'a' }), [/S3_SESSION_TOKEN must come with/]);
  t.match(problems({ S3_ENDPOINT, S3_EGRESS_ACCESS_KEY: 'a' }), [/S3_EGRESS_SECRET_KEY must be set/]);
  t.match(problems({ S3_ENDPOINT, S3_EGRESS_SECRET_KEY: 'a' }), [/S3_EGRESS_ACCESS_KEY must be set/]);
  t.match(problems({ EGRESS_UPLOAD: 'none' }), [/EGRESS_UPLOAD must be request or server/]);
  t.match(problems({ S3_FORCE_PATH_STYLE: 'no' }), [/S3_FORCE_PATH_STYLE must be on \(true\) or off/]);
});

t.test('no path leaves its folder', async (t) => {
  for (const path of ['../', 'a/../b/', '/etc/', './', 'a//b/', 'recordings', 'a\\b/', '{time}/'])
    t.match(problems({ RECORDINGS_PATH: path })[0], /RECORDINGS_PATH must be/, path);
});

t.test('webhooks have addresses and a secret, or neither', async (t) => {
  const WEBHOOK_URLS = 'https://a.example/x, http://b.example';
  const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  t.same(loadConfig({ WEBHOOK_URLS, WEBHOOK_SECRET }).notifications, {
    urls: ['https://a.example/x', 'http://b.example'],
    secret: WEBHOOK_SECRET,
  });
  t.match(problems({ WEBHOOK_URLS }), [/WEBHOOK_SECRET must be set when there are URLs/]);
  t.match(problems({ WEBHOOK_URLS: 'a.example', WEBHOOK_SECRET }), [/WEBHOOK_URLS must be a URL/]);
  t.match(problems({ WEBHOOK_URLS, WEBHOOK_SECRET: 'whsec_short' }), [
    /WEBHOOK_SECRET must be whsec_ and 24 bytes/,
  ]);
});

t.test('players are sent to an S3 that they reach, or nowhere', async (t) => {
  const S3_PUBLIC_ENDPOINT = 'https://s3.example';
  t.same(loadConfig({}).playback, { mode: 'proxy', stalledSeconds: 600 });
  t.equal(
    loadConfig({ PLAYBACK: 'redirect', S3_PUBLIC_ENDPOINT }).playback.publicEndpoint,
    S3_PUBLIC_ENDPOINT,
  );
  t.match(problems({ PLAYBACK: 'redirect' }), [/S3_PUBLIC_ENDPOINT must be set when players are sent to S3/]);
  t.match(problems({ PLAYBACK: 'direct' }), [/PLAYBACK must be proxy or redirect/]);
  t.match(problems({ STALLED_VIEWER_SECONDS: '0' }), [/STALLED_VIEWER_SECONDS must be .* from 1 to 86400/]);
});

t.test(
  'other machines reach the app only when that is said, and never with secrets that everyone knows',
  async (t) => {
    const own = { LIVEKIT_API_SECRET: 'x'.repeat(40), S3_SECRET_KEY: 'y'.repeat(40) };
    for (const HOST of ['127.0.0.1', '127.1.2.3', '::1', 'localhost', ''])
      t.same(problems({ HOST }), [], HOST);
    for (const HOST of ['0.0.0.0', '::', '192.168.1.5', 'reelroom.example']) {
      t.match(problems({ HOST }), [
        /^ADMIN_PASSWORD_HASH must be set .*: npm run hash-password makes one/,
        /^SESSION_SECRETS must be set .*: npm run make-secret makes one/,
        /^LIVEKIT_API_SECRET must be a secret of your own .*npm run make-secret makes one/,
        /^S3_SECRET_KEY must be a secret of your own/,
      ]);
      t.match(problems({ HOST, ACCESS: 'open' }), [/^LIVEKIT_API_SECRET/, /^S3_SECRET_KEY/], HOST);
      t.match(problems({ HOST, ...own }), [/^ADMIN_PASSWORD_HASH/, /^SESSION_SECRETS/], HOST);
      t.same(problems({ HOST, ...own, ...signIn }), [], HOST);
      t.equal(loadConfig({ HOST, ...own, ...signIn }).access, 'protected', HOST);
      t.same(problems({ HOST, ACCESS: 'open', ...own }), [], HOST);
      t.match(problems({ HOST, ACCESS: 'open', ...own, LIVEKIT_API_SECRET: 'secret' }), [
        /^LIVEKIT_API_SECRET/,
      ]);
    }
    t.equal(problems({ HOST: '0.0.0.0', SERVER_PORT: 'x' }).length, 5, 'all are told at once');
    t.equal(loadConfig({}).access, 'open', 'on loopback everyone may do everything');
    t.match(
      problems({ ACCESS: 'protected' }),
      [/^ADMIN_PASSWORD_HASH/, /^SESSION_SECRETS/, /^LIVEKIT_API_SECRET/, /^S3_SECRET_KEY/],
      'protected on loopback is protected',
    );
    t.match(problems({ ...signIn, SESSION_SECRETS: `${'x'.repeat(32)}, short` }), [
      /^SESSION_SECRETS must have at least 32 bytes: npm run make-secret makes one$/,
    ]);
    t.match(problems({ ...signIn, ADMIN_PASSWORD_HASH: 'my password' }), [
      /^ADMIN_PASSWORD_HASH must be a hash by argon2id: npm run hash-password makes one$/,
    ]);
    t.match(problems({ ACCESS: 'closed' }), [/^ACCESS must be open or protected \(it is "closed"\)/]);
  },
);

t.test(
  'people reach the app where PUBLIC_URL says, which is by other machines unless it is loopback',
  async (t) => {
    const own = {
      ...{ ACCESS: 'open', LIVEKIT_API_SECRET: 'x'.repeat(40), S3_SECRET_KEY: 'y'.repeat(40) },
    };
    const PUBLIC_URL = 'https://rooms.example/video/';
    t.match(loadConfig({ PUBLIC_URL, ...own }), {
      publicUrl: 'https://rooms.example/video',
      basePath: '/video',
      isExposed: true,
      cors: { origins: [] },
    });
    t.match(problems({ PUBLIC_URL }), [
      /^ADMIN_PASSWORD_HASH must be .*\(PUBLIC_URL is "https:\/\/rooms.example\/video\/"\)/,
      /^SESSION_SECRETS/,
      /^LIVEKIT_API_SECRET/,
      /^S3_SECRET_KEY/,
    ]);
    t.match(loadConfig({ PUBLIC_URL: 'http://localhost:8080' }), { basePath: '', isExposed: false });
    t.match(problems({ PUBLIC_URL: 'rooms.example' }), [/^PUBLIC_URL must be a URL such as https:/]);

    const pathOf = (BASE_PATH: string) => loadConfig({ PUBLIC_URL, ...own, BASE_PATH }).basePath;
    t.equal(pathOf('/'), '', 'of a proxy that takes the path away');
    t.equal(pathOf('/a/b.c/'), '/a/b.c');
    for (const BASE_PATH of [
      'video',
      '/a b',
      '/:room',
      '/*',
      '/..',
      '/a/../b',
      '//a',
      '/a//',
      '/a?b',
      '/{a}',
    ])
      t.match(problems({ BASE_PATH }), [/^BASE_PATH must be a path/], BASE_PATH);
  },
);

t.test('people may sign in by a provider, which may have the admins, too', async (t) => {
  const protectedBy = (more: Record<string, string>) => ({
    ...{ ACCESS: 'protected', SESSION_SECRETS: 'z'.repeat(32) },
    ...{ LIVEKIT_API_SECRET: 'x'.repeat(40), S3_SECRET_KEY: 'y'.repeat(40), ...more },
  });
  const provider = { OIDC_ISSUER: 'https://id.example', OIDC_CLIENT_ID: 'reelroom' };
  t.match(problems(protectedBy({ OIDC_ISSUER: 'https://id.example' })), [
    /^OIDC_CLIENT_ID must be set/,
    /^OIDC_ALLOWED_DOMAINS must be set/,
    /^ADMIN_PASSWORD_HASH/,
  ]);
  t.match(problems(protectedBy({ ...provider, OIDC_ALLOWED_DOMAINS: 'a.example' })), [
    /^ADMIN_PASSWORD_HASH/,
  ]);
  const env = protectedBy({ ...provider, OIDC_ADMIN_GROUPS: 'operators' });
  t.same(problems(env), []);
  const {
    signIn: { sessionSecrets },
    ...options
  } = loadConfig(env);
  t.same(protectionProblems({ ...options, signIn: { sessionSecrets } }), [], 'in a Fastify application, too');
  for (const OIDC_ISSUER of ['http://id.example', 'id.example', 'ftp://localhost'])
    t.match(problems({ ...env, OIDC_ISSUER }), [/^OIDC_ISSUER must be a URL/], OIDC_ISSUER);
});

t.test('who may call, by which name, and through which proxy', async (t) => {
  const open = {
    ...{ HOST: '0.0.0.0', ACCESS: 'open' },
    ...{ LIVEKIT_API_SECRET: 'x'.repeat(40), S3_SECRET_KEY: 'y'.repeat(40) },
  };
  t.same(loadConfig({}).cors.origins, ['loopback']);
  t.same(loadConfig(open).cors.origins, []);
  t.same(loadConfig({ ...open, CORS_ORIGINS: '*' }).cors.origins, ['*']);
  t.same(loadConfig({ CORS_ORIGINS: 'https://A.example/' }).cors.origins, ['https://a.example']);
  t.same(loadConfig({}).hosts, []);
  t.same(loadConfig({ ALLOWED_HOSTS: 'Reelroom.example, b.example' }).hosts, [
    'reelroom.example',
    'b.example',
  ]);
  for (const ALLOWED_HOSTS of ['a.example:6080', 'https://a.example', 'a b', '*.example/'])
    t.match(problems({ ALLOWED_HOSTS }), [/ALLOWED_HOSTS must be a host name without a port/], ALLOWED_HOSTS);
  t.same(loadConfig({}).trustedProxies, ['loopback']);
  const TRUSTED_PROXIES = '10.0.0.0/8, 192.168.1.5, fd00::/8, uniquelocal';
  t.same(loadConfig({ TRUSTED_PROXIES }).trustedProxies, TRUSTED_PROXIES.split(', '));
  for (const wrong of ['10.0.0.0/33', 'everyone', '10.0.0.0/8/8', '::/129', '10.0.0'])
    t.match(problems({ TRUSTED_PROXIES: wrong }), [/TRUSTED_PROXIES must be an IP address/], wrong);
});
