import type { Page, Route } from 'playwright-core';
import t from 'tap';
import { serve } from '../server/test/support/build.ts';
import { until } from '../server/test/support/until.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(200_000);

const roomCode = /\/assets\/(RoomPage|livekit)-[^/]*\.js$/;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function fill(page: Page, room: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ana');
  await page.getByRole('textbox', { name: 'Room' }).fill(room);
}

/** Keeps count of the devices that a page turns on, by kind, and of their tracks that are still on. */
async function watchDevices(page: Page) {
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    const tracks: MediaStreamTrack[] = [];
    mediaDevices.getUserMedia = async (constraints) => {
      const stream = await ask(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
    Object.assign(window, {
      devices: () => ({
        asked: tracks.map(({ kind }) => kind).sort(),
        on: tracks
          .filter(({ readyState }) => readyState === 'live')
          .map(({ kind }) => kind)
          .sort(),
      }),
    });
  });
  const devices = () => page.evaluate<{ asked: string[]; on: string[] }>('devices()');
  return {
    devices,
    untilOn: (kinds: string) => until(`${kinds} on`, async () => (await devices()).on.join() === kinds),
  };
}

t.test('devices on the way from the first page into a call', async (t) => {
  const { url } = await serve(t);
  const browser = await openBrowser(t);
  const both = ['audio', 'video'];

  await t.test('camera and microphone are turned on once, and stay on', async (t) => {
    const { page } = await openPerson(t, browser, url);
    const { page: ben } = await openPerson(t, browser, url);
    await join(ben, 'Ben', 'once');
    const { devices, untilOn } = await watchDevices(page);
    await page.goto('/');
    await fill(page, 'once');
    await untilOn('audio,video');
    await button(page, 'Join').click();
    await button(page, 'Leave').waitFor();
    const seesAna = () =>
      ben
        .getByRole('listitem')
        .filter({ hasText: 'Ana' })
        .locator('video')
        .evaluate((video) => 'videoWidth' in video && Number(video.videoWidth) > 0);
    await until('Ben sees Ana', seesAna);
    t.same(await devices(), { asked: both, on: both });
    await button(page, 'Turn camera off').click();
    await untilOn('audio');
    await button(page, 'Turn camera on').click();
    await untilOn('audio,video');
    t.same((await devices()).asked, ['audio', 'video', 'video']);
    await button(page, 'Leave').click();
    await untilOn('');
  });

  await t.test('who goes elsewhere has them turned off', async (t) => {
    const { page } = await openPerson(t, browser, url);
    const { untilOn } = await watchDevices(page);
    await page.goto('/?roomName=elsewhere');
    await untilOn('audio,video');
    await page.getByRole('link', { name: 'Library' }).click();
    await untilOn('');
  });

  await t.test('so has who gives up while joining', async (t) => {
    const { page } = await openPerson(t, browser, url);
    const { devices, untilOn } = await watchDevices(page);
    await page.route('**/trpc/tokens.create*', () => undefined);
    await page.goto('/');
    await fill(page, 'given up');
    await untilOn('audio,video');
    await button(page, 'Join').click();
    await page.getByRole('main').getByText('Joining…').waitFor();
    t.same((await devices()).on, both);
    await page.goBack();
    await untilOn('');
  });

  await t.test('so has who finds no room behind the door', async (t) => {
    const { page } = await openPerson(t, browser, url);
    const { untilOn } = await watchDevices(page);
    await page.route(roomCode, (route) => route.abort());
    await page.goto('/');
    await fill(page, 'nowhere');
    await untilOn('audio,video');
    // A page that was just reloaded is not reloaded again.
    await page.reload();
    await fill(page, 'nowhere');
    await untilOn('audio,video');
    await button(page, 'Join').click();
    await page.getByText('The call could not be loaded').waitFor();
    await untilOn('');
  });
});

t.test('the first answer shows something', async (t) => {
  const { url } = await serve(t);
  const { page } = await openPerson(t, await openBrowser(t), url);
  const withheld: Route[] = [];
  await page.route('**/assets/**', (route) => void withheld.push(route));
  await page.goto('/', { waitUntil: 'commit' });
  const brand = page.getByText('Reelroom', { exact: true });
  await until('it is painted', () =>
    page.evaluate(() => performance.getEntriesByName('first-contentful-paint').length > 0),
  );
  const logo = page.locator('svg').first();
  const before = await logo.boundingBox();
  t.ok(await brand.isVisible());
  t.ok(withheld.length > 0, 'nothing else has come');
  await page.route('**/assets/**', (route) => route.continue());
  for (const route of withheld) await route.continue();
  await page.getByRole('button', { name: 'Join' }).waitFor();
  t.same(await logo.boundingBox(), before, 'it stays where it is');
  t.equal(await brand.count(), 1);
});

t.test('from the first page into a call', async (t) => {
  const { url } = await serve(t);
  const browser = await openBrowser(t);

  await t.test("the room's code is there before it is needed", async (t) => {
    const { page } = await openPerson(t, browser, url);
    const loaded = new Set<string>();
    page.on('requestfinished', (request) => {
      const [, name] = roomCode.exec(request.url()) ?? [];
      if (name) loaded.add(name);
    });
    await page.goto('/');
    await until('it is loaded', async () => loaded.size === 2);
    await page.route('**/assets/**', (route) => route.abort());
    await fill(page, 'ahead');
    await button(page, 'Join').click();
    await button(page, 'Leave').waitFor();
  });

  await t.test(
    'code that cannot be loaded ahead disturbs nobody, and is loaded when it is needed',
    async (t) => {
      const { page } = await openPerson(t, browser, url);
      let hasFailed = false;
      await page.exposeFunction('fails', () => (hasFailed = true));
      await page.addInitScript("addEventListener('vite:preloadError', () => fails())");
      await page.route(roomCode, (route) => route.abort());
      let loads = 0;
      page.on('load', () => loads++);
      await page.goto('/');
      await until('it was tried', async () => hasFailed);
      await page.unroute(roomCode);
      await fill(page, 'not ahead');
      await button(page, 'Join').click();
      await button(page, 'Leave').waitFor();
      t.equal(loads, 1, 'the page was not reloaded');
    },
  );
});

t.test('a page that fails takes no other with it', async (t) => {
  const { url } = await serve(t);
  const { page } = await openPerson(t, await openBrowser(t), url);
  await page.route(/\/assets\/LibraryPage-[^/]*\.js$/, (route) =>
    route.fulfill({
      contentType: 'text/javascript',
      body: 'export default () => { throw new Error("for a test"); };',
    }),
  );
  await page.goto('/');
  await page.getByRole('link', { name: 'Library' }).click();
  await page.getByRole('alert').getByText('Something went wrong in this page.').waitFor();
  await page.goBack();
  await button(page, 'Join').waitFor();
});
