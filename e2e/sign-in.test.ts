import type { Page } from 'playwright-core';
import t from 'tap';
import { bucketOf, serve } from '../server/test/support/build.ts';
import { passwords, protectedConfig } from '../server/test/support/protected.ts';
import { putSeedRecordings } from '../server/test/support/seeded.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

async function signIn(page: Page, name: string, password: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Name' }).fill(name);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

t.test('of a protected server one sees what one may, once one has signed in', async (t) => {
  const config = await protectedConfig();
  const { put } = await bucketOf(config);
  const [name = ''] = await putSeedRecordings(put, [
    { roomName: 'board', roomId: 'RM_1', startedAt: Date.UTC(2026, 0, 31) },
  ]);
  const { url } = await serve(t, config);
  const browser = await openBrowser(t);
  const heading = (page: Page, text: string) => page.getByRole('heading', { name: text, level: 1 }).waitFor();

  await t.test('the page that asks for it is the one that one comes back to', async (t) => {
    const { page } = await openPerson(t, browser, url);
    await page.goto('/library?order=oldest');
    await heading(page, 'Sign in');
    await signIn(page, 'admin', 'not the password');
    await page.getByRole('alert').getByText('There is no account of this name and password').waitFor();
    await signIn(page, 'admin', passwords.admin);
    await heading(page, 'Library');
    t.equal(new URL(page.url()).search, '?order=oldest');
    await page.getByText('board').first().waitFor();
    await page.getByText('admin', { exact: true }).waitFor();

    await page.goto(`/watch/${encodeURIComponent(name)}`);
    await page.getByRole('heading', { name: 'board' }).waitFor();
    await page.goto('/library');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading(page, 'Sign in');
    await page.goto(`/watch/${encodeURIComponent(name)}`);
    await heading(page, 'Sign in');
    t.match(new URL(page.url()).searchParams.get('to'), /^\/watch\//);
  });

  await t.test('a member makes a room, and has no recordings but those of their own rooms', async (t) => {
    const { page } = await openPerson(t, browser, url);
    await page.goto('/');
    await page.getByRole('textbox', { name: 'Your name' }).fill('Ana');
    await page.getByRole('textbox', { name: 'Room' }).fill('plans');
    await page.getByRole('button', { name: 'Join' }).click();
    await heading(page, 'Sign in');
    await signIn(page, 'ana', passwords.ana);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('button', { name: 'Leave' }).waitFor();
    await page.goto('/library');
    await page.getByText('Nothing has been recorded yet').waitFor();
    await join(page, 'Ana', 'plans');

    const { page: ben } = await openPerson(t, browser, url);
    await ben.goto('/sign-in');
    await signIn(ben, 'ben', passwords.ben);
    await heading(ben, 'Library');
    await join(ben, 'Ben', 'plans');
    await ben.getByText('Ana').first().waitFor();
    await page.getByRole('button', { name: 'Record', exact: true }).waitFor();
    t.equal(await ben.getByRole('button', { name: 'Record', exact: true }).count(), 0, 'her room is hers');
  });
});
