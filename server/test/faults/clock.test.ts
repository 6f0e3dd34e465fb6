import t from 'tap';
import { openRoom, serve, testConfig } from '../support/build.ts';
import { shiftClock } from '../support/clock.ts';
import { proxyTo } from '../support/proxy.ts';
import { ffprobe, startRecording, untilEnded } from '../support/recording.ts';

t.setTimeout(120_000);

for (const minutes of [5, -5])
  t.test(`the app's clock is ${minutes} minutes off`, async (t) => {
    const usual = testConfig();
    const maxMinutes = 8 / 60;
    const config = { ...usual, recordings: { ...usual.recordings, maxMinutes } };
    const { name: roomName } = await openRoom(t, config);
    shiftClock(t, minutes * 60_000);
    const { app, trpc, url } = await serve(t, { ...config, port: 0 });
    const relay = await proxyTo(t, app.listeningOrigin, config.port);

    const { name } = await startRecording(trpc, roomName);
    t.match(await untilEnded(trpc, name, 45_000), { status: 'ready', endedBy: 'limit' });
    const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
    t.ok(duration > 2 && duration < 14, `${duration} s: the limit is ${maxMinutes * 60} s`);
    const answers = relay.statuses.filter((line) => line.startsWith('POST /livekit/webhook'));
    t.ok(answers.length > 0 && answers.every((line) => line.endsWith(' 200')), `webhooks: ${answers}`);
  });
