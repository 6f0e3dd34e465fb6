import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import t from 'tap';
import { serve } from '../server/test/support/build.ts';
import { joinRoom } from '../server/test/support/participant.ts';
import { ffprobe } from '../server/test/support/recording.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';
import { pictureShares } from './support/frames.ts';

t.setTimeout(400_000);

const roomName = 'Équipe "R" 🎥';

const participants = (page: Page) => page.getByRole('list', { name: 'Participants' }).getByRole('listitem');
const participant = (page: Page, name: string) =>
  page.getByRole('list', { name: 'Participants' }).getByRole('listitem', { name });
const recordings = (page: Page) => page.getByRole('list', { name: 'Recordings' }).getByRole('listitem');

/** Where the player's video is, in s. */
const currentTime = (page: Page) =>
  page
    .locator('dialog video')
    .evaluate((video) => (video instanceof HTMLVideoElement ? video.currentTime : 0));

const untilPlayedPast = (page: Page, seconds: number) =>
  page.waitForFunction((past) => {
    const video = document.querySelector('dialog video');
    return video instanceof HTMLVideoElement && !video.paused && video.currentTime > past;
  }, seconds);

/** Counts how often the page's videos of now begin anew, from now on. */
const countResets = (page: Page) =>
  page.evaluate(() => {
    document.body.dataset['resets'] = '0';
    for (const video of document.querySelectorAll('video')) {
      video.addEventListener('emptied', () => {
        document.body.dataset['resets'] = String(Number(document.body.dataset['resets']) + 1);
      });
    }
  });
const resets = (page: Page) => page.evaluate(() => document.body.dataset['resets']);

t.test('two people meet, record, watch, seek and delete', async (t) => {
  const { url, trpc } = await serve(t);
  const browser = await openBrowser(t);
  const { page: ana } = await openPerson(t, browser, url);
  const { page: ben } = await openPerson(t, browser, url);
  const both = (look: (page: Page) => Promise<unknown>) => Promise.all([look(ana), look(ben)]);

  await join(ana, 'Ana', roomName);
  await join(ben, 'Ben', roomName);
  await both((page) => participants(page).nth(1).waitFor());
  await both((page) =>
    page.waitForFunction(
      () => [...document.querySelectorAll('video')].filter((video) => video.videoWidth > 0).length === 2,
    ),
  );

  const starting = both((page) => page.getByRole('button', { name: 'Starting' }).waitFor());
  const clicked = Date.now();
  await ana.getByRole('button', { name: 'Record', exact: true }).click();
  await starting;
  await both((page) => page.getByText('being recorded').first().waitFor());

  // Whatever others do, a picture stays: the microphone is toggled twelve times in ten seconds, while
  // a third comes and goes and a window changes its size.
  await both(countResets);
  const comesAndGoes = async () => {
    const { leave } = await joinRoom(
      t,
      await trpc.tokens.create.mutate({ roomName, participantName: 'Cyd' }),
    );
    await participants(ana).nth(2).waitFor();
    await leave();
    await participants(ana).nth(2).waitFor({ state: 'detached' });
  };
  const toggles = async () => {
    for (let n = 0; n < 12; n += 1) {
      const mutes = n % 2 === 0;
      await ben.getByRole('button', { name: mutes ? 'Mute microphone' : 'Unmute microphone' }).click();
      await participant(ana, 'Ben')
        .getByRole('img', { name: 'Muted' })
        .waitFor({ state: mutes ? 'visible' : 'detached' });
      await ana.setViewportSize({ width: mutes ? 1100 : 1280, height: 720 });
      await sleep(800);
    }
  };
  await Promise.all([comesAndGoes(), toggles()]);
  t.same(await Promise.all([resets(ana), resets(ben)]), ['0', '0'], 'no picture began anew');

  await ben.getByRole('button', { name: 'Stop recording' }).click();
  const stopped = Date.now();
  await both((page) => recordings(page).first().waitFor());
  await both((page) => page.getByRole('button', { name: 'Record', exact: true }).waitFor());

  await ben.getByRole('button', { name: /^Play/ }).click();
  await ben.getByRole('dialog', { name: 'Player' }).waitFor();
  // What plays here would be heard by everyone: his microphone is off meanwhile.
  await participant(ana, 'Ben').getByRole('img', { name: 'Muted' }).waitFor();
  const source = await ben
    .locator('dialog video')
    .evaluate((video) => (video instanceof HTMLVideoElement ? video.currentSrc : ''));
  const probed = await ffprobe(source);
  t.same(probed.codecs, ['aac', 'h264']);
  // It begins somewhere between the click and the word of it, and goes on for a moment behind the other click.
  const [least, most] = [9, (stopped - clicked) / 1000 + 3];
  t.ok(probed.duration > least && probed.duration < most, `${least} < ${probed.duration} < ${most} s`);

  // The recorder's page is made of the same tiles.
  const shares = await pictureShares(source);
  t.ok(shares.length > 100, `${shares.length} frames`);
  const full = Math.max(...shares.slice(0, 3));
  t.ok(full > 0.6, `two people fill ${full.toFixed(2)} of the picture`);
  // Beside the third, whose camera is off, they have three quarters of that; one of two that is missing, half.
  t.same(
    shares.flatMap((share, frame) => (share < 0.68 * full ? `${frame}: ${share.toFixed(2)}` : [])),
    [],
    `no frame has an empty tile: of each ${full.toFixed(2)} is picture`,
  );

  await untilPlayedPast(ben, 0.3);
  await ben.locator('dialog video').evaluate((video) => {
    if (video instanceof HTMLVideoElement) video.currentTime = 3;
  });
  await untilPlayedPast(ben, 3.2);
  t.ok((await currentTime(ben)) < 6, 'it played on from where it was sent');
  await ben.keyboard.press('Escape');
  await ben.getByRole('dialog', { name: 'Player' }).waitFor({ state: 'hidden' });
  await participant(ana, 'Ben').getByRole('img', { name: 'Muted' }).waitFor({ state: 'detached' });

  await ana.getByRole('button', { name: /^Delete/ }).click();
  await ana.getByRole('button', { name: 'Delete recording' }).click();
  await both((page) => recordings(page).first().waitFor({ state: 'detached' }));
  t.equal((await fetch(source)).status, 404);
});

t.test('two people of one name both stay, and a reload comes back to the call', async (t) => {
  const { url } = await serve(t);
  const browser = await openBrowser(t);
  const { page: first } = await openPerson(t, browser, url);
  const { page: second } = await openPerson(t, browser, url);

  await join(first, 'Ana', 'one name');
  await join(second, 'Ana', 'one name');
  for (const page of [first, second]) await participants(page).nth(1).waitFor();

  await second.reload();
  await second.getByRole('button', { name: 'Leave' }).waitFor();
  await participants(second).nth(1).waitFor();
  await first.waitForFunction(
    () => document.querySelectorAll('[aria-label="Participants"] > *').length === 2,
  );
  t.equal(await participants(second).count(), 2);

  await first.getByRole('button', { name: 'Leave' }).click();
  await first.getByRole('button', { name: 'Join' }).waitFor();
  await participants(second).nth(1).waitFor({ state: 'detached' });
});
