import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { serve } from '../server/test/support/build.ts';
import { until } from '../server/test/support/until.ts';
import { join as joinRoom, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(300_000);

const roomName = 'views of a call';

const tiles = (page: Page) => page.getByRole('list', { name: 'Participants' }).getByRole('listitem');
const tile = (page: Page, name: string) => tiles(page).filter({ hasText: name });
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const areaOf = async (page: Page, name: string) => {
  const { width = 0, height = 0 } = (await tile(page, name).boundingBox()) ?? {};
  return width * height;
};
/** Waits until one tile is much larger than another. */
const untilLarger = (page: Page, large: string, small: string) =>
  until(`${large} is large`, async () => (await areaOf(page, large)) > 3 * (await areaOf(page, small)));

/** A file with a sound that does not end for half a minute. */
async function longTone(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reelroom-tone-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const file = join(folder, 'tone.wav');
  await promisify(execFile)('ffmpeg', [
    '-v',
    'error',
    '-f',
    'lavfi',
    '-i',
    'sine=440:d=30',
    '-af',
    'volume=3',
    file,
  ]);
  return file;
}

/** Has a page keep its connections, so that {@link receivedVideos} can ask them. */
const keepConnections = (page: Page) =>
  page.addInitScript(() => {
    const connections: RTCPeerConnection[] = [];
    Object.assign(globalThis, { connections });
    globalThis.RTCPeerConnection = class extends RTCPeerConnection {
      constructor(configuration?: RTCConfiguration) {
        super(configuration);
        connections.push(this);
      }
    };
  });

/** How many videos a page receives just now, by frames that come within a second. */
const receivedVideos = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const connections: RTCPeerConnection[] = Reflect.get(globalThis, 'connections');
    const frames = async () => {
      const found = new Map<string, number>();
      for (const connection of connections)
        for (const [id, report] of await connection.getStats())
          if (report.type === 'inbound-rtp' && report.kind === 'video')
            found.set(id, report.framesReceived ?? 0);
      return found;
    };
    const before = await frames();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    return [...(await frames())].filter(([id, count]) => count > (before.get(id) ?? 0)).length;
  });

t.test('how one looks at a call', async (t) => {
  const { url } = await serve(t);
  const browser = await openBrowser(t, { args: ['--use-fake-device-for-media-stream=device-count=2'] });
  const { page: ana } = await openPerson(t, browser, url);
  await keepConnections(ana);
  const { page: ben } = await openPerson(t, browser, url);
  // Chromium's own microphone beeps: this one talks without a pause.
  const talking = await openBrowser(t, { args: [`--use-file-for-fake-audio-capture=${await longTone(t)}`] });
  const { page: cleo } = await openPerson(t, talking, url);
  for (const [page, name] of [
    [ana, 'Ana'],
    [ben, 'Ben'],
    [cleo, 'Cleo'],
  ] as const)
    await joinRoom(page, name, roomName);
  await until('all three', async () => (await tiles(ana).count()) === 3);

  await t.test('tiles are between 4:3 and 16:9', async (t) => {
    for (const one of await tiles(ana).all()) {
      const { width, height } = (await one.boundingBox()) ?? { width: 0, height: 1 };
      t.ok(width / height > 4 / 3 - 0.01 && width / height < 16 / 9 + 0.01, `${width} × ${height}`);
    }
  });

  await t.test('somebody is pinned, and let go', async (t) => {
    await tile(ana, 'Cleo').hover();
    await button(ana, 'Pin Cleo').click();
    await untilLarger(ana, 'Cleo', 'Ben');
    await button(ana, 'Unpin Cleo').click();
    await until('equal', async () => (await areaOf(ana, 'Cleo')) === (await areaOf(ana, 'Ben')));
    t.equal(await button(ben, 'Unpin Cleo').count(), 0, 'it is nobody else’s matter');
  });

  await t.test('a layout is chosen, and chosen again by the next visit', async (t) => {
    await button(ana, 'View').click();
    await ana.getByRole('radio', { name: 'Speaker only' }).check();
    await until('one tile', async () => (await tiles(ana).count()) === 1);
    await ana.keyboard.press('Escape');
    t.ok(
      await button(ana, 'View').evaluate((element) => element === document.activeElement),
      'the focus is back',
    );
    await ana.reload();
    await button(ana, 'Leave').waitFor();
    await until('one tile', async () => (await tiles(ana).count()) === 1);
    await button(ana, 'View').click();
    await ana.getByRole('radio', { name: 'Automatic' }).check();
    await until('all three', async () => (await tiles(ana).count()) === 3);
    await ana.getByRole('checkbox', { name: 'Hide my own picture' }).check();
    await until('the others', async () => (await tiles(ana).count()) === 2);
    t.equal(await tiles(ben).count(), 3, 'who still see her');
    await ana.getByRole('checkbox', { name: 'Hide my own picture' }).uncheck();
    await ana.keyboard.press('Escape');
  });

  await t.test('in a small window they are on pages, whose videos alone are received', async (t) => {
    await ana.setViewportSize({ width: 330, height: 390 });
    await ana.getByRole('navigation', { name: 'Pages of participants' }).waitFor();
    const first = await tiles(ana).allTextContents();
    await button(ana, 'Next page').click();
    await until('somebody else', async () => {
      const now = await tiles(ana).allTextContents();
      return now.some((name) => !first.includes(name));
    });
    await until('videos of those in sight alone', async () => {
      const inSight = await tiles(ana).filter({ hasNotText: '(you)' }).count();
      return inSight < 2 && (await receivedVideos(ana)) === inSight;
    });
    t.ok(await button(ana, 'Previous page').isEnabled());
    await ana.setViewportSize({ width: 1280, height: 720 });
    await until('all three', async () => (await tiles(ana).count()) === 3);
    await until('both videos', async () => (await receivedVideos(ana)) === 2);
  });

  await t.test('by keys, of which there is a list', async (t) => {
    await ana.locator('h1').click();
    await ana.keyboard.press('v');
    await button(ana, 'Turn camera on').waitFor();
    await ana.keyboard.press('v');
    await button(ana, 'Turn camera off').waitFor();
    await ana.keyboard.press('m');
    await button(ana, 'Unmute microphone').waitFor();
    await ana.keyboard.down(' ');
    await button(ana, 'Mute microphone').waitFor();
    await ana.keyboard.up(' ');
    await button(ana, 'Unmute microphone').waitFor();
    await ana.keyboard.press('?');
    const keys = ana.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('Talk while held down').waitFor();
    await ana.keyboard.press('m');
    await ana.keyboard.press('Escape');
    await keys.waitFor({ state: 'hidden' });
    t.ok(await button(ana, 'Unmute microphone').isVisible(), 'keys behind a dialog do nothing');
  });

  await t.test('who talks while muted is told, once, and can unmute by that', async (t) => {
    await button(cleo, 'Mute microphone').click();
    const unmute = button(cleo, 'You are talking, but muted. Unmute');
    await unmute.waitFor();
    t.equal(await button(ana, 'You are talking, but muted. Unmute').count(), 0, 'others hear nothing of it');
    await unmute.click();
    await button(cleo, 'Mute microphone').waitFor();
    await unmute.waitFor({ state: 'hidden' });
  });

  await t.test('another camera, in the middle of the call', async (t) => {
    await button(ana, 'Camera').click();
    const cameras = ana.getByRole('combobox', { name: 'Camera' });
    const choices = await cameras.getByRole('option').allTextContents();
    t.ok(choices.length > 1, choices.join(', '));
    const before = await cameras.inputValue();
    await cameras.selectOption({ index: 1 });
    await until('the other camera', async () => (await cameras.inputValue()) !== before);
    await until('its picture', async () => (await tile(ben, 'Ana').locator('video').count()) === 1);
  });
});
