import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import t from 'tap';
import { createStorage } from '../server/adapters/s3/bucket.ts';
import { serve, testConfig } from '../server/test/support/build.ts';
import { startRecording, untilEnded, untilShown } from '../server/test/support/recording.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';
import { largestShare, loudness, type Span } from './support/colours.ts';
import { paintDevices, type Painted } from './support/painted.ts';

t.setTimeout(400_000);

const red = [255, 0, 0] as const;
const blue = [0, 0, 255] as const;
const yellow = [255, 255, 0] as const;

const question = (page: Page) => page.getByRole('dialog', { name: /being recorded/ });
const tile = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Participants' }).getByRole('listitem', { name });

t.test('ask: who declines is in the call, and not in the recording, until they agree', async (t) => {
  const roomName = 'Équipe "K" 🎥';
  const config = testConfig({ RECORDING_CONSENT: 'ask' });
  const { url, trpc } = await serve(t, config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const browser = await openBrowser(t);
  const person = async (name: string, painted: Painted) => {
    const { page, context } = await openPerson(t, browser, url);
    await paintDevices(context, painted);
    await join(page, name, roomName);
    return page;
  };
  const ana = await person('Ana', { camera: '#f00', tone: 500, screen: '#0f0' });
  const ben = await person('Ben', { camera: '#00f', tone: 1_500, screen: '#ff0' });
  await tile(ana, 'Ben').locator('video').waitFor();
  t.equal(await question(ben).count(), 0, 'nobody is asked before');

  const { name } = await startRecording(trpc, roomName);
  await Promise.all([ana, ben].map((page) => question(page).waitFor()));
  // Who has not answered is left out, and everybody sees who is.
  await tile(ana, 'Ben').getByText('Not recorded').waitFor();
  await ana.getByRole('button', { name: 'People' }).click();
  const consents = ana.getByRole('region', { name: 'Consent to the recording' });
  await consents.getByText('No answer yet: Ana, Ben').waitFor();
  await ana.getByRole('button', { name: 'Be in the recording' }).click();
  await tile(ben, 'Ana').getByText('Not recorded').waitFor({ state: 'detached' });
  await consents.getByText('No answer yet: Ben').waitFor();
  await ben.getByRole('button', { name: 'Stay out of it' }).click();
  await consents.getByText('Declined: Ben').waitFor();
  t.equal(await consents.getByText('No answer yet').count(), 0);
  await question(ben).waitFor({ state: 'detached' });
  await ben.getByRole('button', { name: 'You are not in the recording' }).waitFor();
  await ben.getByRole('button', { name: 'Share screen' }).click();
  await ana.getByRole('region', { name: 'Screen of Ben' }).waitFor();
  await tile(ana, 'Ben').getByText('Not recorded').waitFor();

  const { recordingSince = 0 } = await untilShown(config, roomName, 'recording');
  const secondsNow = () => (Date.now() - recordingSince) / 1_000;
  await sleep(8_000);
  const without: Span = { from: 0, to: secondsNow() - 1 };

  await ben.reload();
  await ben.getByRole('button', { name: 'You are not in the recording' }).waitFor();
  t.equal(await question(ben).count(), 0, 'a reload does not ask again');

  await ben.getByRole('button', { name: 'You are not in the recording' }).click();
  const stillWithout: Span = { from: without.to, to: secondsNow() - 1 };
  await ben.getByRole('button', { name: 'Be in the recording' }).click();
  await tile(ana, 'Ben').getByText('Not recorded').waitFor({ state: 'detached' });
  await consents.getByText('Everyone in the call has agreed.').waitFor();
  const agreedAt = secondsNow();
  await sleep(8_000);
  const together: Span = { from: agreedAt + 3, to: secondsNow() - 1 };

  // And back again: what follows is without him.
  await ben.getByRole('button', { name: 'You are in the recording' }).click();
  await ben.getByRole('button', { name: 'Stay out of it' }).click();
  await tile(ana, 'Ben').getByText('Not recorded').waitFor();
  const declinedAt = secondsNow();
  await sleep(6_000);
  const again: Span = { from: declinedAt + 1.5, to: secondsNow() - 1 };
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilEnded(trpc, name, 60_000), { status: 'ready' });

  const video = `${url}/recordings/${encodeURIComponent(name)}`;
  for (const [what, span] of Object.entries({ without, stillWithout, again })) {
    t.equal(await largestShare(video, span, blue), 0, `${what}: no picture of him`);
    t.equal(await largestShare(video, span, yellow), 0, `${what}: nor of his screen`);
    const his = await loudness(video, span, 1_500);
    t.ok(his < -60, `${what}: nor a sound: ${his} dB`);
  }
  t.ok((await largestShare(video, without, red)) > 0.1, 'she is in it');
  t.ok((await loudness(video, without, 500)) > -45, 'and is heard');
  t.ok((await largestShare(video, together, blue)) > 0.1, 'once he agrees he is in it');
  const his = await loudness(video, together, 1_500);
  t.ok(his > -45, `and is heard: ${his} dB`);

  const receipts = await trpc.recordings.consent.query({ name });
  t.match(
    receipts.map(({ name, answer }) => `${name}: ${answer}`),
    ['Ana: yes', 'Ben: no', 'Ben: no', 'Ben: yes', 'Ben: no'],
  );
  for (const { question, at } of receipts) {
    t.match(question, /Do you want to be in the recording/);
    t.ok(Math.abs(Date.now() - at) < 300_000);
  }
  const { consent } = JSON.parse((await storage.getText(`${config.recordings.path}${name}.json`)) ?? '');
  t.same(consent, receipts, 'kept in the manifest');
});

t.test('require: who does not agree does not join; who agreed is in every recording', async (t) => {
  const roomName = 'all must';
  const config = testConfig({ RECORDING_CONSENT: 'require' });
  const { url, trpc } = await serve(t, config);
  const { page, context } = await openPerson(t, await openBrowser(t), url);
  await paintDevices(context, { camera: '#f00', tone: 500, screen: '#0f0' });
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ana');
  await page.getByRole('textbox', { name: 'Room' }).fill(roomName);
  await page.getByText('Calls in this room may be recorded').waitFor();
  t.equal(await page.getByRole('button', { name: 'Join', exact: true }).count(), 0, 'asked before she joins');
  await page.getByRole('button', { name: 'Agree and join' }).click();
  await page.getByRole('button', { name: 'Leave' }).waitFor();

  const { name } = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await page.getByRole('button', { name: 'You are in the recording' }).waitFor();
  t.equal(await question(page).count(), 0, 'she is not asked again');
  await page.getByRole('button', { name: 'You are in the recording' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Leave the call' }).waitFor();
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilEnded(trpc, name, 60_000), { status: 'ready' });
  t.match(await trpc.recordings.consent.query({ name }), [{ name: 'Ana', answer: 'yes' }]);
});
