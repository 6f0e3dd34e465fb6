import t from 'tap';
import { serve } from '../server/test/support/build.ts';
import { passwords, protectedConfig } from '../server/test/support/protected.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(120_000);

t.test('an admin makes a key, sees it once and its use, and revokes it', async (t) => {
  const { url } = await serve(t, await protectedConfig());
  const { page } = await openPerson(t, await openBrowser(t), url);
  await page.goto('/keys');
  await page.getByRole('textbox', { name: 'Name' }).fill('admin');
  await page.getByRole('textbox', { name: 'Password' }).fill(passwords.admin);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('There are no keys.').waitFor();

  await page.getByRole('textbox', { name: 'Name' }).fill('backup');
  await page.getByRole('button', { name: 'Make key' }).click();
  await page.getByText('Choose what the key may do.').waitFor();
  await page.getByLabel('Watch recordings').check();
  await page.getByLabel('Download recordings').check();
  await page.getByLabel('Only in these rooms (optional)').fill('team\n Équipe "A" 🎥 \n');
  await page.getByRole('button', { name: 'Make key' }).click();
  await page.getByText('It is not shown again.').waitFor();
  const key = await page.getByRole('textbox', { name: 'Key', exact: true }).inputValue();
  t.match(key, /^rr_[0-9a-f]{16}_[\w-]{43}$/);
  const [item, list] = [page.getByRole('listitem'), page.getByRole('region', { name: 'Keys' })];
  await item.filter({ hasText: 'play, download · in team, Équipe "A" 🎥' }).waitFor();
  await item.filter({ hasText: 'never used' }).waitFor();

  const library = () =>
    fetch(`${url}/recordings`, { headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status);
  t.equal(await library(), 200);
  await page.reload();
  await item.filter({ hasText: 'last used' }).waitFor();
  t.equal(await page.getByText(key).count(), 0);
  t.notOk((await page.content()).includes(key.slice(-43)), 'nobody sees it again');

  await page.getByRole('button', { name: 'Revoke backup' }).click();
  await page.getByRole('button', { name: 'Revoke', exact: true }).click();
  await list.getByText('There are no keys.').waitFor();
  await until('the key to be worth nothing', async () => (await library()) === 401);

  await page.goto('/library');
  await page.getByRole('link', { name: 'API keys' }).click();
  await page.getByRole('heading', { name: 'API keys' }).waitFor();
});
