import type { Page } from 'playwright-core';
import t from 'tap';
import { serve } from '../server/test/support/build.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(200_000);

const roomCode = /\/assets\/(RoomPage|livekit)-[^/]*\.js$/;

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function fill(page: Page, room: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Your name' }).fill('Ana');
  await page.getByRole('textbox', { name: 'Room' }).fill(room);
}

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
