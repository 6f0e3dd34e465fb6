import t from 'tap';
import { serve, testConfig } from '../server/test/support/build.ts';
import { joinRoom } from '../server/test/support/participant.ts';
import { startRecording, untilEnded, untilShown } from '../server/test/support/recording.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(240_000);

const roomName = 'Équipe "F" 🎥';
const question = 'Still recording? You are alone here.';

t.test('who had it recorded leaves: whoever is left is asked, and without an answer it ends', async (t) => {
  const { trpc, url, config } = await serve(t, testConfig({ ALONE_MINUTES: '0.1' }));
  const ana = await joinRoom(t, await trpc.tokens.create.mutate({ roomName, participantName: 'Ana' }));
  const { page: ben } = await openPerson(t, await openBrowser(t), url);
  const asked = ben.getByRole('alert').getByText(question);
  await join(ben, 'Ben', roomName);
  const { name } = await startRecording(trpc, roomName);
  await ben.getByText('This room is being recorded').waitFor();
  t.equal(await asked.count(), 0, 'two are there');

  await ana.leave();
  await asked.waitFor();
  t.match(await ben.getByRole('region', { name: question }).textContent(), /ends in \d+ seconds/);
  await ben.getByRole('button', { name: 'Keep recording' }).click();
  await asked.waitFor({ state: 'detached' });
  t.match(await untilShown(config, roomName, 'recording'), { name });

  await asked.waitFor();
  t.match(await untilShown(config, roomName, 'recording'), { name }, 'it went on until the next question');
  t.match(await untilShown(config, roomName, ['ready', 'failed'], 45_000), {
    name,
    status: 'ready',
    endedBy: 'alone',
  });
  await asked.waitFor({ state: 'detached' });
  t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'alone' });
  await ben
    .getByRole('list', { name: 'Recordings' })
    .getByText('Stopped when only one person was left')
    .waitFor();
});
