import type { Page } from 'playwright-core';
import t from 'tap';
import { bucketOf, serve } from '../server/test/support/build.ts';
import { passwords, protectedConfig } from '../server/test/support/protected.ts';
import { makeMp4 } from '../server/test/support/segments.ts';
import { until } from '../server/test/support/until.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';
import { buildPseudo, leftovers } from './support/pseudo.ts';

t.setTimeout(300_000);

/** Names, dates, sizes, devices, the names of formats, and what a menu that is never shown says in Media Chrome. */
const data =
  /Reelroom|Back to previous menu|^(?:en|anyone)$|English|Español|admin|\d+ \p{L}+ \d{4}, [\d:]+|[\d.]+ ?(?:[kMG]?B|hour|days?|week|year)|Fake .*|fake_.*|CSV|JSON|member:\S+|::\S*|\S+\.mp4|Authorization: Bearer \S+|<iframe.*|https?:\S+|\d+p\b/u;

t.test('no sentence is left in one language', async (t) => {
  const dress = await buildPseudo(t);
  const config = await protectedConfig({ TRASH_DAYS: '7' });
  const { put } = await bucketOf(config);
  const [name, gone] = ['42-RM_1-2026-01-31T101530000.mp4', '42-RM_1-2026-01-30T101530000.mp4'];
  for (const each of [name, gone]) await put(`recordings/${each}`, await makeMp4(t, 5));
  const { url } = await serve(t, config);
  const browser = await openBrowser(t);
  // A page that did not come over the network may not call LiveKit on this machine without being allowed to.
  const permissions = ['camera', 'microphone', 'local-network-access'];
  const { page, context } = await openPerson(t, browser, url, { permissions });
  await dress(context);

  const check = async (place: string) => t.same(await leftovers(page, data), [], place);
  const button = (name: string | RegExp) => page.getByRole('button', { name }).first();
  /** Opens a dialog by a button, looks at it, and closes it. */
  const checkDialog = async (place: string, opener: ReturnType<Page['locator']>) => {
    await opener.click();
    await page.getByRole('dialog').waitFor();
    await check(place);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  };

  await page.goto('/library');
  await page.getByRole('textbox', { name: 'Name' }).waitFor();
  t.equal(await page.locator('html').getAttribute('lang'), 'en-XA');
  await check('sign-in');
  await page.getByRole('textbox', { name: 'Name' }).fill('admin');
  await page.getByRole('textbox', { name: 'Password' }).fill('wrong');
  await button('⟦Sign in⟧').click();
  await page.getByRole('alert').getByText('There is no account').waitFor();
  await check('a wrong password');
  await page.getByRole('textbox', { name: 'Password' }).fill(passwords.admin);
  await button('⟦Sign in⟧').click();

  await until('both recordings to be listed', async () => (await page.getByRole('listitem').count()) === 2);
  await page.getByRole('combobox', { name: 'Language' }).waitFor();
  await check('the library');
  await page.getByRole('checkbox', { name: 'Select all' }).check();
  await check('several chosen');
  await checkDialog('editing', button(/Edit/));
  await checkDialog('sharing', button(/Share/));
  await checkDialog('playing', button(/Play/));
  await button(/Delete ⟦the recording of 42⟧, 30 Jan/).click();
  await page.getByRole('dialog').waitFor();
  await check('deleting');
  await button('Delete recording').click();
  await page.getByText('moved to the trash').waitFor();
  await check('deleted');
  await page.goto('/library?status=trash');
  await page.getByRole('listitem').first().waitFor();
  await check('the trash');
  await checkDialog('emptying it', button('Empty trash…'));

  await page.goto(`/watch/${name}`);
  await page.locator('media-play-button').waitFor();
  await check('watching');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await check('keys');
  await page.goto(`/embed/${name}`);
  await page.locator('media-play-button').waitFor();
  await check('embedded');
  await page.goto('/watch/none-RM_1-2026-01-30T101530000.mp4');
  await page.getByText('Recording not found').first().waitFor();
  await check('nothing to watch');
  await page.goto('/audit');
  await page.getByText('signed in').first().waitFor();
  await check('the audit');
  await page.goto('/keys');
  await page.getByRole('textbox').first().waitFor();
  await check('keys of programs');
  await page.goto('/none');
  await page.getByText('Page not found').waitFor();
  await check('no page');

  await page.goto('/');
  await button('Join').waitFor();
  await check('joining');
  await page.getByRole('textbox', { name: 'Your name' }).fill('7');
  await page.getByRole('textbox', { name: 'Room' }).fill('a/b');
  await button('Join').click();
  await page.getByText('may not contain').waitFor();
  await check('a name that is refused');
  await join(page, '7', '4242');
  await check('in a call');
  const menu = (name: string) => page.getByRole('dialog', { name });
  for (const name of ['View', 'Microphone and speaker', 'Camera']) {
    await page.getByRole('button', { name: `⟦${name}⟧`, exact: true }).click();
    await menu(name).waitFor();
    await check(`the menu ${name}`);
    await page.keyboard.press('Escape');
    await menu(name).waitFor({ state: 'hidden' });
  }
  await page.keyboard.press('?');
  await menu('Keys').waitFor();
  await check('the keys of a call');
  await page.keyboard.press('Escape');
  await button('⟦Chat⟧').click();
  await page.getByRole('log').waitFor();
  await check('the chat');
  await button('⟦People⟧').click();
  await page.getByRole('heading', { name: 'In the call' }).waitFor();
  await check('people');
  await checkDialog('inviting', button('⟦Invite⟧'));
  await checkDialog('options of a recording', button('⟦Recording options⟧'));
  await button('Leave').click();
  await page.getByText('You left the call').waitFor();
  await check('after a call');
});

t.test('a language that is chosen stays, and goes with the next page', async (t) => {
  const { url } = await serve(t, await protectedConfig());
  const browser = await openBrowser(t);
  const { page } = await openPerson(t, browser, url, { locale: 'es-MX' });
  await page.goto('/sign-in');
  await page.getByRole('textbox', { name: 'Contraseña' }).waitFor();
  t.equal(await page.locator('html').getAttribute('lang'), 'es');
  await page.getByRole('combobox', { name: 'Idioma' }).selectOption('English');
  await page.getByRole('textbox', { name: 'Password' }).waitFor();
  await page.goto('/');
  await page.getByRole('button', { name: 'Join' }).waitFor();
  t.equal(await page.locator('html').getAttribute('lang'), 'en');
});
