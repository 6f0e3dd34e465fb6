import type { Page } from 'playwright-core';
import t from 'tap';
import { freePort, serve } from '../server/test/support/build.ts';
import { protectedConfig } from '../server/test/support/protected.ts';
import { openBrowser, openPerson } from './support/browser.ts';
import { startOpenidProvider } from './support/openid-provider.mjs';

t.setTimeout(180_000);

const people = {
  ana: { name: 'Ana', email: 'ana@example.com', email_verified: true, groups: ['staff'] },
  olga: { name: 'Olga', email: 'olga@example.com', email_verified: true, groups: ['operators'] },
  foe: { name: 'Foe', email: 'foe@elsewhere.example', email_verified: true, groups: ['operators'] },
  liar: { name: 'Liar', email: 'liar@example.com', email_verified: false, groups: ['operators'] },
};

t.test('people sign in by a provider of OpenID Connect, and are what its groups say', async (t) => {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const config = await protectedConfig({
    ...{ OIDC_ISSUER: issuer, OIDC_CLIENT_ID: 'reelroom', OIDC_CLIENT_SECRET: 'a secret of the client' },
    ...{ OIDC_ALLOWED_DOMAINS: 'example.com', OIDC_ADMIN_GROUPS: 'operators' },
  });
  const { url } = await serve(t, config);
  const redirectUri = `${url}/sign-in/openid/callback`;
  const provider = await startOpenidProvider({ port, redirectUri, people });
  t.teardown(provider.close);
  const browser = await openBrowser(t);

  async function arriveAs(page: Page, name: string): Promise<void> {
    await page.goto('/library?order=oldest');
    await page.getByRole('link', { name: 'Sign in with your organisation' }).click();
    await page.locator('input[name=login]').fill(name);
    await page.locator('input[name=password]').fill('anything');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
  }
  const roleIn = async (page: Page) => {
    const answer = await page.request.get('/trpc/session.get');
    const { result }: { result: { data: { account?: unknown } } } = await answer.json();
    return result.data.account;
  };

  for (const [who, account] of [
    ['ana', { name: 'Ana', role: 'member' }],
    ['olga', { name: 'Olga', role: 'admin' }],
  ] as const)
    await t.test(who, async (t) => {
      const { page } = await openPerson(t, browser, url);
      await arriveAs(page, who);
      await page.getByRole('heading', { name: 'Library', level: 1 }).waitFor();
      t.equal(new URL(page.url()).search, '?order=oldest', 'the page that asked for it');
      t.same(await roleIn(page), account);
      await page.getByText(account.name, { exact: true }).waitFor();
    });

  for (const who of ['foe', 'liar'])
    await t.test(`${who} is not let in`, async (t) => {
      const { page } = await openPerson(t, browser, url);
      await arriveAs(page, who);
      await page.getByText('Your account may not sign in here').waitFor();
      t.equal(await roleIn(page), undefined);
    });

  await t.test("an answer that is not to this browser's question is refused", async (t) => {
    const { page } = await openPerson(t, browser, url);
    const answered = page.waitForRequest((request) => request.url().startsWith(redirectUri));
    await arriveAs(page, 'ana');
    const answer = (await answered).url();
    t.match(answer, /code=.*state=/);

    const { page: victim } = await openPerson(t, browser, url);
    await victim.goto(answer);
    await victim.getByText('Signing in did not work').waitFor();
    t.equal(await roleIn(victim), undefined, 'a browser that has asked nothing');
    await victim.goto('/sign-in/openid');
    await victim.locator('input[name=login]').waitFor();
    await victim.goto(answer);
    await victim.getByText('Signing in did not work').waitFor();
    t.equal(await roleIn(victim), undefined, 'a browser that has asked something else');
  });
});
