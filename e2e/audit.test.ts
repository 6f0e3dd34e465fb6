import { readFile } from 'node:fs/promises';
import t from 'tap';
import { bucketOf, serve } from '../server/test/support/build.ts';
import { ask, call, passwords, protectedConfig, signIn } from '../server/test/support/protected.ts';
import { putSeedRecordings } from '../server/test/support/seeded.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

t.test('an admin sees who did what, and takes it away as a file', async (t) => {
  const config = await protectedConfig();
  const { put } = await bucketOf(config);
  const [name = ''] = await putSeedRecordings(put, [
    { roomName: 'board', roomId: 'RM_1', startedAt: Date.UTC(2026, 0, 31) },
  ]);
  const { app, url } = await serve(t, config);
  const headers = { cookie: await signIn(app, 'admin') };
  const title = '=HYPERLINK("x") <img src=x onerror=alert(1)>';
  await call(app, 'recordings.rename', { name, title }, { headers });
  await call(app, 'session.signIn', { name: title, password: 'wrong' });
  for (let times = 0; times < 60; times += 1)
    await call(app, 'recordings.setKeep', { name, keep: times % 2 === 0 }, { headers });

  const browser = await openBrowser(t);
  const { page } = await openPerson(t, browser, url, { acceptDownloads: true });
  await page.goto('/audit');
  await page.getByRole('textbox', { name: 'Name' }).fill('admin');
  await page.getByRole('textbox', { name: 'Password' }).fill(passwords.admin);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByRole('heading', { name: 'Audit' }).waitFor();
  await until('all to be stored', async () => {
    const { result } = (await ask(app, 'audit.list', { limit: 500 }, headers)).json();
    return result.data.entries.length === 64;
  });
  await page.reload();
  const items = page.getByRole('listitem');
  await until('a page of them', async () => (await items.count()) === 50);
  await page.getByRole('button', { name: 'Show more' }).click();
  await until('the rest', async () => (await items.count()) === 64);
  t.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0);

  await page.getByRole('combobox', { name: 'What' }).selectOption('Signing in and out');
  await until('those alone', async () => (await items.count()) === 3);
  await items.filter({ hasText: 'refused: WRONG_PASSWORD' }).waitFor();
  const [csv] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'CSV' }).click(),
  ]);
  const lines = (await readFile(await csv.path(), 'utf8')).trim().split('\r\n');
  t.equal(lines.length, 4);
  t.ok(
    lines.some((line) => line.includes(`"'=HYPERLINK(""x"") <img`)),
    'a name is no formula',
  );

  await page.goto('/library');
  await page.getByRole('link', { name: 'Audit' }).click();
  await page.getByRole('heading', { name: 'Audit' }).waitFor();
  await page.getByRole('link', { name }).first().click();
  await page.waitForURL(/\/watch\//);
});
