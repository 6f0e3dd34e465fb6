import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import t from 'tap';
import { bucketOf, serve, testConfig } from '../server/test/support/build.ts';
import { putSeedRecordings } from '../server/test/support/seeded.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

const seconds = 152;

/** A real recording of that length, small: H.264 and AAC, as Egress makes them. */
async function makeMedia(): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'reelroom-watch-'));
  const file = join(folder, 'call.mp4');
  const source = ['-f', 'lavfi', '-t', String(seconds), '-i'];
  await promisify(execFile)('ffmpeg', [
    ...['-loglevel', 'error', ...source, 'testsrc2=size=320x180:rate=5', ...source, 'sine=frequency=220'],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-g',
      '10',
      '-c:a',
      'aac',
      '-b:a',
      '32k',
    ],
    ...['-movflags', '+faststart', file],
  ]);
  const media = await readFile(file);
  await rm(folder, { recursive: true });
  return media;
}

const video = (page: Page) =>
  page.locator('video').evaluate((element) => {
    if (!(element instanceof HTMLVideoElement)) throw new Error('There is no video');
    const { currentTime, paused, muted, volume, playbackRate, readyState } = element;
    return { currentTime, paused, muted, volume, playbackRate, readyState };
  });
type Video = Awaited<ReturnType<typeof video>>;
const untilVideo = (page: Page, what: string, is: (now: Video) => boolean) =>
  until(what, async () => is(await video(page)));
const untilLoaded = async (page: Page) => {
  await page.locator('video').waitFor();
  await untilVideo(page, 'the video to be loaded', ({ readyState }) => readyState >= 2);
};

t.test('the page that plays a recording', async (t) => {
  const config = testConfig({ EMBED_ORIGINS: '*' });
  const { put } = await bucketOf(config);
  const media = await makeMedia();
  const [name = '', other = ''] = await putSeedRecordings(put, [
    { roomName: 'Équipe "A" 🎥', roomId: 'RM_1', startedAt: Date.UTC(2026, 5, 30, 12) },
    { roomName: 'stand-up', roomId: 'RM_2', startedAt: Date.UTC(2026, 5, 29, 12) },
  ]);
  for (const one of [name, other]) await put(`recordings/${one}`, media);
  const { url, trpc } = await serve(t, config);
  await trpc.recordings.rename.mutate({ name, title: 'Plans & "ideas"' });
  await until('the index', async () =>
    trpc.recordings.totals.query().then(
      ({ count }) => count === 2,
      () => false,
    ),
  );
  const browser = await openBrowser(t);
  const { page, context } = await openPerson(t, browser, url);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const path = `/watch/${encodeURIComponent(name)}`;
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  const shareButton = page.getByRole('button', { name: 'Share…' });
  let shared = '';

  await t.test('it begins where the address says, and waits to be played', async (t) => {
    await page.goto(`${path}?t=1m23s`);
    await untilLoaded(page);
    const { currentTime, paused } = await video(page);
    t.equal(Math.round(currentTime), 83);
    t.ok(paused);
    await page.getByRole('heading', { name: 'Plans & "ideas"' }).waitFor();
    await page.getByText('Équipe "A" 🎥').waitFor();
    await page.getByRole('slider', { name: 'seek' }).waitFor();
  });

  await t.test('keys', async (t) => {
    const at = async (key: string, expected: number) => {
      await page.keyboard.press(key);
      await untilVideo(
        page,
        `${key}: ${expected} s`,
        ({ currentTime }) => Math.abs(currentTime - expected) < 0.1,
      );
    };
    await at('0', 0);
    await at('ArrowRight', 5);
    await at('l', 15);
    await at('ArrowLeft', 10);
    await at('j', 0);
    await at('5', seconds / 2);
    await at('End', seconds);
    await at('Home', 0);
    await page.keyboard.press('>');
    t.equal((await video(page)).playbackRate, 1.25);
    await page.keyboard.press('<');
    t.equal((await video(page)).playbackRate, 1);
    await page.keyboard.press('ArrowDown');
    t.equal(Math.round((await video(page)).volume * 10), 9);
    await page.keyboard.press('m');
    t.ok((await video(page)).muted);
    await page.keyboard.press('ArrowUp');
    t.match(await video(page), { muted: false, volume: 1 });
    await page.keyboard.press('Space');
    await untilVideo(page, 'Space: it plays', ({ paused, currentTime }) => !paused && currentTime > 0.2);
    await page.keyboard.press('k');
    t.ok((await video(page)).paused);
    await page.keyboard.press('f');
    await until('full screen', () => page.evaluate(() => document.fullscreenElement !== null));
    await page.keyboard.press('f');
    await until('no full screen', () => page.evaluate(() => document.fullscreenElement === null));
    await page.keyboard.press('Control+k');
    t.ok((await video(page)).paused, 'what the browser has is the browser’s');
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('Slower or faster').waitFor();
    await page.keyboard.press('k');
    t.ok((await video(page)).paused, 'behind a dialog nothing happens');
    await page.keyboard.press('Escape');
    await keys.waitFor({ state: 'hidden' });
  });

  await t.test('picture in picture, by key and by button, and where it is refused', async (t) => {
    const isOut = () =>
      page.evaluate(() => document.pictureInPictureElement === document.querySelector('video'));
    const button = page.getByRole('button', { name: /picture in picture/i });
    await page.keyboard.press('p');
    await until('a window of its own', isOut);
    await page.keyboard.press('P');
    await until('it to be back', async () => !(await isOut()));
    await button.click();
    await until('a window of its own', isOut);
    await button.click();
    await until('it to be back', async () => !(await isOut()));

    await page.evaluate(() => {
      HTMLVideoElement.prototype.requestPictureInPicture = () =>
        Promise.reject(new DOMException('Not here', 'NotAllowedError'));
    });
    const refusal = page.getByRole('status').getByText('Picture-in-picture is not available');
    for (const ask of [() => page.keyboard.press('p'), () => button.click()]) {
      await ask();
      await refusal.waitFor();
      await refusal.waitFor({ state: 'detached' });
    }
    t.notOk(await isOut());
    await page.keyboard.press('0');
    await untilVideo(page, 'other keys to work on', ({ currentTime }) => currentTime === 0);
  });

  await t.test('speed is chosen from a menu, and remembered', async (t) => {
    await page.getByRole('button', { name: /^Playback rate/ }).click();
    await page.getByRole('menuitemradio', { name: '1.5x' }).click();
    await untilVideo(page, 'it', ({ playbackRate }) => playbackRate === 1.5);
    await page.reload();
    await untilLoaded(page);
    t.equal((await video(page)).playbackRate, 1.5);
  });

  await t.test('a link to this moment', async (t) => {
    await page.keyboard.press('5');
    await page.getByRole('button', { name: 'Copy link at 1:16' }).click();
    await page.getByText('it begins at 1:16').waitFor();
    t.equal(await clipboard(), `${url}${path}?t=76`);
    await page.keyboard.press('0');
    await page.getByRole('button', { name: 'Copy link', exact: true }).waitFor();
    await page.keyboard.press('c');
    await until('a copy', async () => (await clipboard()) === `${url}${path}`);
  });

  await t.test('a file, called after its title', async (t) => {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    t.match((await download).suggestedFilename(), /^Plans & .*\.mp4$/);
  });

  await t.test('a link that is shared plays for somebody who has nothing else', async (t) => {
    await shareButton.click();
    const dialog = page.getByRole('dialog', { name: 'Share recording' });
    await dialog.getByText('No active links').waitFor();
    await dialog.getByRole('combobox', { name: 'The link works for' }).selectOption('1 hour');
    await dialog.getByRole('button', { name: 'Create link' }).click();
    await dialog.getByRole('button', { name: 'Copy link' }).click();
    // A dialog covers what stands in the page, and hides it from screen readers.
    const dismiss = dialog.getByRole('status').getByRole('button', { name: 'Dismiss' });
    await dismiss.first().click();
    await until('the link', async () => (await clipboard()).includes('share='));
    shared = await clipboard();
    await dialog.getByRole('button', { name: 'Copy embed code' }).click();
    await until('the code', async () => (await clipboard()).startsWith('<iframe '));

    const { page: guest } = await openPerson(t, browser, url);
    await guest.goto(shared);
    await untilLoaded(guest);
    await guest.keyboard.press('k');
    await untilVideo(guest, 'it plays', ({ currentTime }) => currentTime > 0.2);
    t.equal(await guest.getByRole('link', { name: 'Library' }).count(), 0);
    t.equal(await guest.getByRole('button', { name: 'Share…' }).count(), 0);
    t.equal(await guest.getByRole('link', { name: 'Download' }).count(), 0, 'it may only be watched');

    await dialog.getByRole('button', { name: /^Revoke the link/ }).click();
    await dialog.getByText('No active links').waitFor();
    await guest.reload();
    await guest.getByRole('alert').getByText('This link has expired').waitFor();
    await guest.goto(`${path}?share=abc`);
    await guest.getByRole('alert').getByText('This link is not valid').waitFor();
    await page.keyboard.press('Escape');
  });

  await t.test('in a frame of another page', async (t) => {
    const { embedUrl } = await trpc.recordings.share.mutate({ name });
    const site = createServer((_request, response) =>
      response
        .setHeader('content-type', 'text/html')
        .end(`<iframe src="${embedUrl}&t=10" width="640" height="360"></iframe>`),
    ).listen(0, '127.0.0.1');
    t.teardown(() => site.close());
    await once(site, 'listening');
    const address = site.address();
    const port = address && typeof address === 'object' ? address.port : 0;
    const { page: visitor } = await openPerson(t, browser, url);
    await visitor.goto(`http://127.0.0.1:${port}/`);
    const frame = visitor.frameLocator('iframe');
    await frame.locator('video').waitFor();
    const link = frame.getByRole('link', { name: 'Watch on Reelroom' });
    await until('its moment', async () => (await link.getAttribute('href'))?.includes('t=10'));
    t.equal(await link.getAttribute('target'), '_blank');
  });

  await t.test('what is not there says so', async () => {
    await page.goto('/watch/nothing.mp4');
    await page.getByRole('alert').getByText('Recording not found').waitFor();
  });

  await t.test('the library leads there; many are downloaded as one file', async (t) => {
    await page.goto('/library');
    await page.getByRole('link', { name: 'Plans & "ideas"' }).click();
    await page.waitForURL(`**${path}`);
    await untilVideo(
      page,
      'a click goes on with it',
      ({ paused, currentTime }) => !paused && currentTime > 0,
    );
    await page.goBack();
    await page.getByRole('checkbox', { name: 'Select all' }).check();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Download' }).click();
    t.match((await download).suggestedFilename(), /\.zip$/);
  });
});
