import { availableParallelism } from 'node:os';
import t from 'tap';
import { openRoom, serve, testConfig } from '../server/test/support/build.ts';
import { joinRoom } from '../server/test/support/participant.ts';
import { shownStatus, startRecording, untilEnded, untilShown } from '../server/test/support/recording.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(300_000);

t.test(
  'one recording too many is refused in words; a room that waits begins when one has ended',
  async (t) => {
    // As many as `npm start` has the app make: one a core.
    const maxConcurrent = availableParallelism();
    const config = testConfig({ MAX_CONCURRENT_RECORDINGS: String(maxConcurrent) });
    const { trpc, url } = await serve(t, config);
    const recorded: string[] = [];
    for (let n = 0; n < maxConcurrent; n += 1) {
      const { name: roomName } = await openRoom(t, config);
      await startRecording(trpc, roomName);
      recorded.push(roomName);
    }
    for (const roomName of recorded) await untilShown(config, roomName, 'recording', 60_000);

    const browser = await openBrowser(t);
    await t.test('in the room of whoever pressed Record', async (t) => {
      const roomName = 'Équipe "G" 🎥';
      const { page: ana, context } = await openPerson(t, browser, url);
      await join(ana, 'Ana', roomName);
      const record = ana.getByRole('button', { name: 'Record', exact: true });
      await record.click();
      await ana.getByRole('alert').getByText('This server makes no more recordings at once').waitFor();
      await record.waitFor();
      t.equal(await shownStatus(config, roomName), undefined, 'nobody is told of a recording');
      await context.close();
    });

    await t.test('in a room that waits', async (t) => {
      const roomName = 'Équipe "H" 🎥';
      const { page: ana } = await openPerson(t, browser, url);
      await ana.goto(`/?roomName=${encodeURIComponent(roomName)}`);
      await ana.getByRole('checkbox', { name: 'Record when the second person arrives' }).check();
      await ana.getByRole('textbox', { name: 'Your name' }).fill('Ana');
      await ana.getByRole('button', { name: 'Join' }).click();
      await ana.getByText('Recording starts when a second person arrives').waitFor();
      await joinRoom(t, await trpc.tokens.create.mutate({ roomName, participantName: 'Ben' }));
      await ana.getByText('Recording starts as soon as a recorder is free').waitFor();

      const [first = ''] = recorded;
      const { name: ended } = await trpc.recordings.stop.mutate({ roomName: first });
      t.match(await untilEnded(trpc, ended), { status: 'ready', endedBy: 'stop' });
      // It is tried again every half minute.
      const { name } = await untilShown(config, roomName, 'recording', 60_000);
      await ana.getByText('This room is being recorded').waitFor();
      await trpc.recordings.stop.mutate({ roomName });
      t.match(await untilEnded(trpc, name), { status: 'ready', endedBy: 'stop' });
    });

    for (const roomName of recorded.slice(1)) {
      const { name } = await trpc.recordings.stop.mutate({ roomName });
      t.match(await untilEnded(trpc, name), { status: 'ready' });
    }
  },
);
