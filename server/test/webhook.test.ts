import { createHash } from 'node:crypto';
import fastify from 'fastify';
import { SignJWT } from 'jose';
import t from 'tap';
import { egressFiles } from '../bucket/layout.ts';
import { webhookRoute } from '../features/webhooks/livekit.ts';
import { createLivekit } from '../adapters/livekit/livekit.ts';
import rest from '../http/error-handler.ts';
import { serve, testConfig } from './support/build.ts';
import { signWebhook } from './support/webhook.ts';

const hour = 3_600_000;

/** The signature that LiveKit made of a body at some time, which is good for five minutes. */
const signedAt = (body: string, { apiKey, apiSecret }: { apiKey: string; apiSecret: string }, at: number) =>
  new SignJWT({ sha256: createHash('sha256').update(body).digest('base64') })
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(apiKey)
    .setNotBefore(Math.floor(at / 1_000))
    .setExpirationTime(Math.floor(at / 1_000) + 300)
    .sign(Buffer.from(apiSecret));

t.test('webhooks', async (t) => {
  const config = testConfig();
  const { url } = await serve(t, config);
  const sign = (body: string, apiSecret = config.livekit.apiSecret) =>
    signWebhook(body, { ...config.livekit, apiSecret });
  const send = async (body: string, authorization?: string) => {
    const response = await fetch(`${url}/livekit/webhook`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/webhook+json', ...(authorization && { authorization }) },
    });
    return response.status;
  };
  const body = JSON.stringify({ event: 'room_started', room: { name: 'a' } });

  t.equal(await send(body, await sign(body)), 200);
  t.equal(await send(body), 401, 'without a signature');
  t.equal(await send(body, await sign(body, 'x'.repeat(40))), 401, "another's signature");
  t.equal(await send(body.replace('"a"', '"b"'), await sign(body)), 401, 'the signature of another body');
  t.equal(
    await send(body, await signedAt(body, config.livekit, Date.now() - hour)),
    401,
    'one that is an hour old',
  );
  t.equal(await send(body, await signedAt(body, config.livekit, Date.now())), 200, 'the same, now');
  t.equal(await send('{', await sign('{')), 401, 'signed, but no event');
  t.equal(await send('x'.repeat(300_000), await sign('x')), 413);
});

t.test('a webhook that comes again does nothing, and a bad one leaves a line', async (t) => {
  const config = testConfig();
  const lines: { level: number; msg: string; err?: unknown }[] = [];
  const app = fastify({ logger: { stream: { write: (line: string) => void lines.push(JSON.parse(line)) } } });
  t.teardown(() => app.close());
  await app.register(rest);
  const arrived: string[] = [];
  await app.register(webhookRoute, {
    livekit: createLivekit(config, {
      ownUrl: () => 'http://localhost',
      files: egressFiles(config.recordings.path),
    }),
    lifecycle: { receiveWebhook: () => Promise.resolve() },
    autoRecord: { participantJoined: (roomName: string) => void arrived.push(roomName) },
    keepOut: async () => undefined,
  });
  const send = (body: string, authorization: string) =>
    app.inject({
      ...{ method: 'POST', url: '/livekit/webhook', body },
      headers: { authorization, 'content-type': 'application/webhook+json' },
    });
  const body = JSON.stringify({ event: 'participant_joined', room: { name: 'a' }, id: 'EV_1' });
  const signed = await signWebhook(body, config.livekit);
  for (let times = 0; times < 3; times += 1) t.equal((await send(body, signed)).statusCode, 200);
  t.same(arrived, ['a']);
  const other = body.replace('EV_1', 'EV_2');
  t.equal((await send(other, await signWebhook(other, config.livekit))).statusCode, 200);
  t.same(arrived, ['a', 'a'], 'another is another');

  t.equal((await send(body, 'forged')).statusCode, 401);
  const forged = lines.filter(({ msg }) => msg.includes('bad signature'));
  t.equal(forged.length, 1);
  t.equal(forged[0]?.err, undefined, 'no stack');
});
