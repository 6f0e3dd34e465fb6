import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import type { Test } from 'tap';

/**
 * Debian's Chromium, with a camera and a microphone that are not real. With `blocksSound` it
 * plays none before a click, as browsers do; otherwise tests need not click for it.
 * @param program what starts it
 * @param args what else it is started with
 */
export async function openBrowser(
  t: Test,
  {
    blocksSound = false,
    program = '/usr/bin/chromium',
    args = [],
  }: { blocksSound?: boolean; program?: string; args?: readonly string[] } = {},
): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--autoplay-policy=${blocksSound ? 'document-user-activation-required' : 'no-user-gesture-required'}`,
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      ...args,
    ],
  });
  t.teardown(() => browser.close());
  return browser;
}

/** A person with a browser profile of their own; what goes wrong in their pages fails the test. */
export async function openPerson(
  t: Test,
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({
    baseURL: url,
    permissions: ['camera', 'microphone'],
    viewport: { width: 1280, height: 720 },
    locale: 'en-GB',
    ...options,
  });
  // A machine with much else to do takes its time.
  context.setDefaultTimeout(45_000);
  const page = await context.newPage();
  page.on('pageerror', (error) => t.fail(`an error in the page: ${error.message}`));
  page.on('console', (message) => {
    if (/Content.Security.Policy/i.test(message.text()))
      t.fail(`against the page's policy: ${message.text()}`);
  });
  return { page, context };
}

/** Ends the process of a page, as a machine that runs out of memory does; answers a new tab of the same person. */
export async function crash(page: Page): Promise<Page> {
  const crashed = page.waitForEvent('crash');
  page.goto('chrome://crash').catch(() => undefined);
  await crashed;
  const next = await page.context().newPage();
  await page.close();
  return next;
}

/** Joins a room from the first page, as people do. */
export async function join(page: Page, name: string, room: string): Promise<void> {
  await page.goto('/');
  await page.getByRole('textbox', { name: 'Your name' }).fill(name);
  await page.getByRole('textbox', { name: 'Room' }).fill(room);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('button', { name: 'Leave' }).waitFor();
}
