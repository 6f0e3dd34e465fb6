import type { Page } from 'playwright-core';
import t from 'tap';
import { serve } from '../server/test/support/build.ts';
import { until } from '../server/test/support/until.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(300_000);

const roomName = 'a call with a chat';

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const messages = (page: Page) => page.getByRole('log', { name: 'Messages of this call' }).locator('.text');
const say = async (page: Page, text: string) => {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
};
const untilMessages = (page: Page, expected: string[]) =>
  until(`the messages ${expected.join()}`, async () => {
    const texts = await messages(page).allTextContents();
    return texts.map((text) => text.trim()).join('\n') === expected.join('\n');
  });

t.test('people write to each other', async (t) => {
  const { url } = await serve(t);
  const browser = await openBrowser(t);
  const { page: ana } = await openPerson(t, browser, url);
  const { page: ben } = await openPerson(t, browser, url);
  await join(ana, 'Ana', roomName);
  await join(ben, 'Ben <b>', roomName);
  await button(ana, 'Chat').click();
  const hostile = '<img src=x onerror=alert(1)> \u202eabc';
  const written = ['Hello, look: https://example.org/a?b=1.', hostile, 'two\nlines'];

  await t.test('who has the chat closed sees that there is something unread', async (t) => {
    await say(ana, written[0] ?? '');
    await button(ben, 'Chat, 1 unread').waitFor();
    await ben.getByRole('status', { name: 'Messages' }).getByText('Ana: Hello').waitFor();
    await button(ben, 'Chat, 1 unread').click();
    await untilMessages(ben, written.slice(0, 1));
    await button(ben, 'Chat').waitFor();
    const link = messages(ben).getByRole('link');
    t.equal(await link.getAttribute('href'), 'https://example.org/a?b=1');
    t.match(await link.getAttribute('rel'), 'noopener');
  });

  await t.test('what is written is text, whatever it is', async () => {
    await say(ben, hostile);
    await untilMessages(ana, written.slice(0, 2));
    await ana.getByRole('textbox', { name: 'Message' }).fill('two');
    await ana.keyboard.press('Shift+Enter');
    await ana.keyboard.type('lines');
    await ana.keyboard.press('Enter');
    await untilMessages(ben, written);
    // Nothing is sent that is nothing.
    await say(ana, '   ');
    await untilMessages(ana, written);
  });

  await t.test('who comes later has what was written before', async (t) => {
    const { page: cleo } = await openPerson(t, browser, url, { viewport: { width: 360, height: 740 } });
    await join(cleo, 'Cleo', roomName);
    await button(cleo, 'Chat').click();
    await untilMessages(cleo, written);
    await button(cleo, 'Leave').click();
    await cleo.context().close();
  });

  await t.test('all reload at once, and have it still', async () => {
    await Promise.all([ana.reload(), ben.reload()]);
    for (const page of [ana, ben]) {
      await button(page, 'Leave').waitFor();
      await button(page, 'Chat').click();
      await untilMessages(page, written);
    }
    await say(ben, 'on it goes');
    await untilMessages(ana, [...written, 'on it goes']);
  });
});
