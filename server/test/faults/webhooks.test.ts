import { setTimeout as sleep } from 'node:timers/promises';
import { WebhookReceiver } from 'livekit-server-sdk';
import t from 'tap';
import { openRoom, serve, testConfig } from '../support/build.ts';
import { proxyTo } from '../support/proxy.ts';
import { shownStatus, startRecording, untilEnded, untilShown } from '../support/recording.ts';

t.setTimeout(240_000);

/** As late as the issue of a late webhook can be: a minute. */
const delayMs = 60_000;

t.test('webhooks lost, then a minute late, doubled and in reverse: nothing changes', async (t) => {
  const config = testConfig();
  const { app, trpc } = await serve(t, { ...config, port: 0 });
  // Where LiveKit sends its webhooks, and Egress finds the page that it records.
  const relay = await proxyTo(t, app.listeningOrigin, config.port);
  const held = relay.hold(/^POST \/livekit\/webhook/);
  const { name: roomName } = await openRoom(t, config);

  const { name, id } = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await sleep(2_000);
  await trpc.recordings.stop.mutate({ roomName });
  const before = await untilEnded(trpc, name);
  t.match(before, { status: 'ready', endedBy: 'stop' }, 'without any webhook');
  const shown = await untilShown(config, roomName, 'ready');

  const next = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await sleep(delayMs);

  const receiver = new WebhookReceiver(config.livekit.apiKey, config.livekit.apiSecret);
  const events = await Promise.all(
    held.map(({ body, headers }) => receiver.receive(body, headers.authorization)),
  );
  const told = events.map(({ event, egressInfo }) => egressInfo?.egressId === id && event).filter(Boolean);
  t.ok(told.includes('egress_started') && told.includes('egress_ended'), `held back: ${told}`);
  const late = [...held, ...held].reverse();
  for (const { path, headers, body } of late) {
    const answer = await fetch(app.listeningOrigin + path, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/webhook+json',
        authorization: headers.authorization ?? '',
      },
    });
    t.equal(answer.status, 200);
  }
  t.same(await trpc.recordings.get.query({ name }), before, 'the recording is as it was');
  t.match(
    await shownStatus(config, roomName),
    { name: next.name, status: 'recording' },
    'so is the next one',
  );
  t.not(shown.name, next.name);

  relay.comeBack();
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilEnded(trpc, next.name), { status: 'ready' });
  const { recordings } = await trpc.recordings.list.query({ roomName });
  t.same(recordings.map((recording) => recording.name).sort(), [name, next.name].sort(), 'each once');
});
