import t from 'tap';
import { serve } from '../server/test/support/build.ts';
import { passwords, protectedConfig } from '../server/test/support/protected.ts';
import { until } from '../server/test/support/until.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(240_000);

const roomName = 'Équipe “B”';

t.test('guests come by invitation, wait to be let in, and stay out once they were removed', async (t) => {
  const { url } = await serve(t, await protectedConfig());
  const browser = await openBrowser(t);
  const { page: ana, context } = await openPerson(t, browser, url);
  await context.grantPermissions(['camera', 'microphone', 'clipboard-read', 'clipboard-write']);
  const answer = await ana.request.post('/trpc/session.signIn', {
    data: { name: 'ana', password: passwords.ana },
    headers: { 'sec-fetch-site': 'same-origin' },
  });
  t.equal(answer.status(), 200);
  await join(ana, 'Ana', roomName);
  t.ok(
    await ana.getByRole('button', { name: 'Record', exact: true }).isVisible(),
    'her room is hers to record',
  );

  await ana.getByRole('button', { name: 'Invite' }).click();
  await ana.getByLabel('Waiting room: hosts let people in one by one').check();
  await ana.getByRole('button', { name: 'Create and copy link' }).click();
  await ana.getByText('used 0 times').waitFor();
  const link = await ana.evaluate(() => navigator.clipboard.readText());
  t.match(link, /\/room\/[^/]+\?invite=[\w.-]+$/);
  await ana.keyboard.press('Escape');

  const { page: gus } = await openPerson(t, browser, url);
  const { page: eve } = await openPerson(t, browser, url, { viewport: { width: 360, height: 740 } });
  for (const [page, name] of [
    [gus, 'Gus'],
    [eve, 'Eve <b>'],
  ] as const) {
    await page.goto(link);
    await page.waitForURL((address) => !address.href.includes('invite'));
    await page.getByRole('textbox', { name: 'Your name' }).fill(name);
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('heading', { name: 'Waiting to be let in' }).waitFor();
  }
  const panel = ana.getByRole('complementary', { name: 'People' });
  const knocking = ana.getByRole('region', { name: 'Waiting to be let in' });
  await knocking.getByText('2 people want to join').waitFor();
  await knocking.getByRole('button', { name: 'Show' }).click();
  await ana.getByRole('button', { name: 'Decline Eve <b>' }).click();
  await eve.getByRole('heading', { name: 'You were not let in' }).waitFor();
  await ana.getByRole('button', { name: 'Let Gus in' }).click();
  await gus.getByRole('button', { name: 'Leave' }).waitFor();
  await panel.getByText('Gus', { exact: true }).waitFor();
  t.equal(
    await gus.getByRole('button', { name: 'Record', exact: true }).count(),
    0,
    'a guest may not record',
  );
  t.equal(await gus.getByRole('button', { name: 'Invite' }).count(), 0);

  // A reload comes back without knocking.
  await gus.reload();
  await gus.getByRole('button', { name: 'Leave' }).waitFor();

  await ana.getByRole('button', { name: 'Remove Gus' }).click();
  await ana.getByRole('button', { name: 'Remove', exact: true }).click();
  await gus.getByRole('heading', { name: 'You were removed from the call' }).waitFor();
  await until('he has gone', async () => (await panel.getByText('Gus', { exact: true }).count()) === 0);
  await gus.goto(link);
  await gus.getByRole('button', { name: 'Join' }).click();
  await gus.getByText('A host has removed you from this room').waitFor();

  // An invitation that is made later is meant.
  await ana.getByRole('button', { name: 'Invite' }).click();
  await ana.getByLabel('As').selectOption('host');
  await ana.getByRole('button', { name: 'Create and copy link' }).click();
  const later = await until('the new link to be copied', async () => {
    const copied = await ana.evaluate(() => navigator.clipboard.readText());
    return copied === link ? undefined : copied;
  });
  await gus.goto(later);
  await gus.getByRole('button', { name: 'Join' }).click();
  await gus.getByRole('button', { name: 'Record', exact: true }).waitFor();
});
