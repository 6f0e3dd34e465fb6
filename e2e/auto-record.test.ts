import t from 'tap';
import { livekitClients, serve, testConfig } from '../server/test/support/build.ts';
import { untilShown } from '../server/test/support/recording.ts';
import { until } from '../server/test/support/until.ts';
import { crash, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(240_000);

const roomName = 'Équipe "B" 🎥';
const waiting = 'Recording starts when a second person arrives';

t.test('a room that waits to be recorded says so, inside and at its door, until it is', async (t) => {
  // Without segments a recording cannot be watched while it is made.
  const { url, config } = await serve(t, testConfig({ CRASH_SAFE: 'off' }));
  const browser = await openBrowser(t);
  let { page: ana } = await openPerson(t, browser, url);
  const { page: ben } = await openPerson(t, browser, url);

  await ana.goto('/');
  await ana.getByRole('textbox', { name: 'Your name' }).fill('Ana');
  await ana.getByRole('textbox', { name: 'Room' }).fill(roomName);
  const wish = ana.getByRole('checkbox', { name: 'Record when the second person arrives' });
  t.notOk(await wish.isChecked(), 'nobody is recorded who did not ask for it');
  await wish.focus();
  await ana.keyboard.press('Space');
  await ana.getByRole('button', { name: 'Join' }).click();
  await ana.getByText(waiting).waitFor();

  // After a reload and after a crash, which leaves something of her in the room, she is one person still.
  await ana.reload();
  await ana.getByText(waiting).waitFor();
  ana = await crash(ana);
  await ana.goto(`/?roomName=${encodeURIComponent(roomName)}`);
  await ana.getByRole('button', { name: 'Join' }).click();
  await ana.getByText(waiting).waitFor();
  t.equal((await livekitClients(config).rooms.listParticipants(roomName)).length, 1, 'never counted as two');

  await ben.goto(`/?roomName=${encodeURIComponent(roomName)}`);
  await ben.getByText(waiting).waitFor();
  t.equal(await ben.getByRole('checkbox').count(), 0, 'it is no choice any more');
  await ben.getByRole('textbox', { name: 'Your name' }).fill('Ben');
  await ben.getByRole('button', { name: 'Join' }).click();
  for (const page of [ana, ben]) await page.getByText('This room is being recorded').waitFor();
  t.equal(await ana.getByText(waiting).count(), 0);
  const { name } = await untilShown(config, roomName, 'recording');
  const watcher = await ben.context().newPage();
  await watcher.goto(`/watch/${encodeURIComponent(name)}`);
  await watcher.getByRole('status').getByText('Still being recorded').waitFor();
  const asked = watcher.waitForResponse((response) => response.url().includes('rooms.status'));
  await watcher.reload();
  await asked;
  await watcher.getByRole('status').getByText('Still being recorded').waitFor();
  t.equal(await watcher.getByRole('button', { name: 'Watch from the beginning' }).count(), 0);
  await watcher.close();

  await ana.getByRole('button', { name: 'Stop recording' }).click();
  await ana.getByRole('button', { name: 'Record', exact: true }).waitFor();
  await ben.getByRole('button', { name: 'Leave' }).click();
  const call = ana.url();
  await ana.goto('about:blank');
  const { rooms } = livekitClients(config);
  await until(
    'the room to be empty',
    async () => (await rooms.listRooms([roomName]))[0]?.numParticipants === 0,
  );
  await ana.goto(call);
  await ana.getByRole('button', { name: 'Join' }).click();
  await ana.getByText('Only you are here').waitFor();
  t.equal(await ana.getByText(waiting).count(), 0, 'one who comes back to the call does not ask again');
});
