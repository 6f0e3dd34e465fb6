import t from 'tap';
import { join, openBrowser, openPerson } from '../../../e2e/support/browser.ts';
import { livekitClients, serve } from '../support/build.ts';
import { startOwnStack } from '../support/own-stack.ts';
import { ffprobe, recordAgain, startRecording, untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

t.setTimeout(240_000);

t.test('LiveKit is killed and restarted: everyone comes back, and the recording goes on', async (t) => {
  const stack = await startOwnStack(t);
  const { config } = stack;
  const { trpc, url } = await serve(t, config);
  const { rooms } = livekitClients(config);
  const roomName = 'Équipe "A" 🎥';
  const { page } = await openPerson(t, await openBrowser(t), url);
  await join(page, 'Ana', roomName);
  const { name, id } = await startRecording(trpc, roomName);
  const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');

  // LiveKit goes on to list who was there; whoever comes back is another participant to it.
  const sids = async () =>
    Promise.all(
      [id, ana?.identity ?? ''].map((identity) =>
        rooms.getParticipant(roomName, identity).then(
          ({ sid }) => sid,
          () => undefined,
        ),
      ),
    );
  const ana = (await rooms.listParticipants(roomName)).find((person) => person.name === 'Ana');
  const before = await sids();
  await stack.kill('livekit');
  await t.rejects(trpc.recordings.start.mutate({ roomName }), 'meanwhile it is told honestly');
  await stack.start('livekit');
  const back = Date.now();
  await until(
    'everyone to be back',
    async () => (await sids()).every((sid) => sid !== undefined && !before.includes(sid)),
    45_000,
  );
  t.comment(`after ${Date.now() - back} ms`);
  await page.getByRole('button', { name: 'Stop recording' }).waitFor();

  const lengthMs = Date.now() - recordingSince;
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilShown(config, roomName, ['ready', 'failed']), {
    name,
    status: 'ready',
    endedBy: 'stop',
  });
  const { duration } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.ok(duration * 1000 > lengthMs - 1_000, `nothing is missing: ${duration} s of ${lengthMs} ms`);

  await recordAgain(config, trpc, roomName);
});
