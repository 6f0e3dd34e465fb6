import t from 'tap';
import { serve, testConfig } from './support/build.ts';
import { signWebhook } from './support/webhook.ts';

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
  t.equal(await send('{', await sign('{')), 401, 'signed, but no event');
  t.equal(await send('x'.repeat(300_000), await sign('x')), 413);
});
