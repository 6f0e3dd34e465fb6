import { tokenSchema } from '@reelroom/shared';
import fastify from 'fastify';
import { AccessToken as TokenForger, TokenVerifier } from 'livekit-server-sdk';
import t from 'tap';
import { reelroom } from '../app.ts';
import { build, pluginOptions, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';

t.test('browsers are told of a LiveKit that they reach', async (t) => {
  const whoAsksBy = async (host: string, proto = 'http', config = testConfig()) => {
    const app = await build(t, config);
    const headers = { host, 'x-forwarded-proto': proto };
    const payload = { roomName: 'a', participantName: 'b' };
    const answer = await app.inject({ method: 'POST', url: '/trpc/tokens.create', headers, payload });
    const page = await app.inject({ url: '/', headers });
    const policy = String(page.headers['content-security-policy']);
    return {
      livekitUrl: answer.json().result.data.livekitUrl,
      connects: /connect-src 'self' ([^;]*)/.exec(policy)?.[1],
    };
  };
  const { url } = testConfig().livekit;
  const { port, host } = new URL(url);

  const own = { livekitUrl: url, connects: `http://${host} ws://${host}` };
  for (const here of ['localhost:6080', '127.0.0.1:1', 'a.localhost', '[::1]:6080'])
    t.same(await whoAsksBy(here), own, `${here}: as we reach it`);
  const of = (name: string, s = '', source = name) => ({
    livekitUrl: `ws${s}://${name}:${port}`,
    connects: `http${s}://${source}:${port} ws${s}://${source}:${port}`,
  });
  t.same(await whoAsksBy('192.168.1.5:6080'), of('192.168.1.5'), 'at its port of our own host');
  t.same(await whoAsksBy('192.168.1.5', 'https'), of('192.168.1.5', 's'), 'by TLS as the page');
  t.same(await whoAsksBy('[fd00::2]:6080'), of('[fd00::2]', '', '*'), 'a policy names no address of IPv6');

  const known = { ...testConfig(), publicUrl: 'https://rooms.example/video' };
  t.same(await whoAsksBy('127.0.0.1', 'http', known), of('rooms.example', 's'), 'PUBLIC_URL is the page’s');
  const livekit = { ...known.livekit, publicUrl: 'wss://rooms.example/livekit' };
  t.same(
    await whoAsksBy('192.168.1.5', 'http', { ...known, livekit }),
    { livekitUrl: livekit.publicUrl, connects: 'https://rooms.example wss://rooms.example' },
    'LIVEKIT_PUBLIC_URL above all',
  );
  const elsewhere = testConfig({ LIVEKIT_URL: 'wss://calls.example' });
  t.match(await whoAsksBy('192.168.1.5', 'http', elsewhere), { livekitUrl: 'wss://calls.example' });
});

t.test('a host that nobody checks adds nothing to the policy', async (t) => {
  const { hosts: _, ...unchecked } = pluginOptions(testConfig());
  const app = fastify();
  t.teardown(() => app.close());
  await app.register(reelroom, unchecked);
  for (const host of ["a;script-src'unsafe-inline'", '%', '']) {
    const page = await app.inject({ url: '/', headers: { host } });
    t.equal(page.statusCode, 200, host);
    t.notMatch(page.headers['content-security-policy'], /script-src/, host);
  }
});

t.test('a token to join a room', async (t) => {
  const { trpc, post, config } = await serve(t);
  const claimsOf = (token: string) =>
    new TokenVerifier(config.livekit.apiKey, config.livekit.apiSecret).verify(token);
  const who = { roomName: 'Équipe "A" 🎥', participantName: 'Ana <b> ../' };

  t.test('joins that room, under that name, and does no more', async (t) => {
    const { token, livekitUrl } = await trpc.tokens.create.mutate(who);
    t.equal(livekitUrl, config.livekit.url);
    const { video, name, exp = 0 } = await claimsOf(token);
    const publishes = ['camera', 'microphone', 'screen_share', 'screen_share_audio'];
    t.same(
      video,
      {
        ...{ roomJoin: true, room: who.roomName },
        ...{ canPublishSources: publishes, canPublishData: true, canUpdateOwnMetadata: false },
      },
      'no roomRecord above all, nor what moderates',
    );
    const lifetime = exp - Date.now() / 1_000;
    t.ok(lifetime > 540 && lifetime <= 600, `for ten minutes: ${lifetime} s`);
    t.equal(name, who.participantName);
  });

  t.test('two participants of one name are two', async (t) => {
    const [first, second] = await Promise.all([
      trpc.tokens.create.mutate(who),
      trpc.tokens.create.mutate(who),
    ]);
    const [{ sub: a }, { sub: b }] = [await claimsOf(first.token), await claimsOf(second.token)];
    t.not(a, b);
    t.match(a, /^Ana <b> \.\.\/ /);
  });

  t.test('who brings an earlier token of the room is the same participant again', async (t) => {
    const first = await trpc.tokens.create.mutate(who);
    t.equal((await claimsOf(first.token)).sub, first.identity);
    const back = { ...who, earlierToken: first.token };
    t.equal((await trpc.tokens.create.mutate(back)).identity, first.identity);
    t.equal((await trpc.tokens.create.mutate({ ...back, participantName: 'Ann' })).identity, first.identity);
    const { token } = tokenSchema.parse(await (await post('/token', back)).json());
    t.equal((await claimsOf(token)).sub, first.identity, 'also over REST');

    const forged = new TokenForger(config.livekit.apiKey, 'somebody else’s secret, of thirty-two signs', {
      identity: first.identity,
    });
    forged.addGrant({ roomJoin: true, room: who.roomName });
    const expired = new TokenForger(config.livekit.apiKey, config.livekit.apiSecret, {
      identity: first.identity,
      ttl: '1s',
    });
    expired.addGrant({ roomJoin: true, room: who.roomName });
    const seesOnly = new TokenForger(config.livekit.apiKey, config.livekit.apiSecret, {
      identity: first.identity,
    });
    seesOnly.addGrant({ roomList: true });
    for (const [what, input] of [
      ['of another room', { ...back, roomName: 'another' }],
      ['that somebody else signed', { ...back, earlierToken: await forged.toJwt() }],
      ['that joins nothing', { ...back, earlierToken: await seesOnly.toJwt() }],
      ['that is none', { ...back, earlierToken: 'x' }],
      ['that is empty', { ...back, earlierToken: '' }],
    ] as const)
      t.not((await trpc.tokens.create.mutate(input)).identity, first.identity, `not with one ${what}`);
    const late = { ...back, earlierToken: await expired.toJwt() };
    t.equal((await trpc.tokens.create.mutate(late)).identity, first.identity, 'nor does it need to be young');
  });

  t.test("POST /token answers the seed's body", async (t) => {
    const response = await post('/token', who);
    t.equal(response.status, 200);
    const body: unknown = await response.json();
    t.match(body, { token: String });
    t.same(Object.keys(Object(body)), ['token']);
  });

  t.test('names that are missing are asked for in the words of the seed', async (t) => {
    for (const body of [
      {},
      { roomName: 'a' },
      { participantName: 'a' },
      { roomName: '', participantName: 'a' },
      null,
      7,
    ]) {
      const response = await post('/token', body);
      t.equal(response.status, 400, JSON.stringify(body));
      t.same(await response.json(), {
        errorMessage: 'roomName and participantName are required',
        code: 'INVALID_INPUT',
      });
    }
  });

  t.test('names that cannot be are refused with what can', async (t) => {
    const response = await post('/token', { ...who, roomName: '../secrets' });
    t.equal(response.status, 400);
    t.match(await response.json(), {
      errorMessage: /roomName may not contain .* are fine/,
      code: 'INVALID_INPUT',
    });
    t.match(await failure(trpc.tokens.create.mutate({ ...who, participantName: ' ' })), {
      message: 'participantName is required',
      data: { code: 'BAD_REQUEST', httpStatus: 400, errorCode: 'INVALID_INPUT' },
    });
  });
});
