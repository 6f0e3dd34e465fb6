import type { Page } from 'playwright-core';
import t from 'tap';
import { bucketOf, freePort, serve } from '../server/test/support/build.ts';
import { protectedConfig } from '../server/test/support/protected.ts';
import { makeMp4 } from '../server/test/support/segments.ts';
import { openBrowser, openPerson } from './support/browser.ts';
import { startOpenidProvider } from './support/openid-provider.mjs';

t.setTimeout(180_000);

const people = {
  olga: { name: 'Olga', email: 'olga@example.com', email_verified: true, groups: ['operators'] },
  cara: { name: 'Cara', email: 'cara@partner.example', email_verified: true },
  foe: { name: 'Foe', email: 'foe@elsewhere.example', email_verified: true },
  liar: { name: 'Liar', email: 'liar@partner.example', email_verified: false },
};

t.test('a link for a domain is opened by whoever the provider knows by an address of it', async (t) => {
  const port = await freePort();
  const config = await protectedConfig({
    ...{ OIDC_ISSUER: `http://localhost:${port}`, OIDC_CLIENT_ID: 'reelroom' },
    ...{ OIDC_CLIENT_SECRET: 'a secret of the client' },
    ...{ OIDC_ALLOWED_DOMAINS: 'example.com', OIDC_ADMIN_GROUPS: 'operators' },
  });
  const { put } = await bucketOf(config);
  const name = 'team-RM_1-2026-01-31T101530000.mp4';
  await put(`recordings/${name}`, await makeMp4(t, 5));
  const { url } = await serve(t, config);
  const redirectUri = `${url}/sign-in/openid/callback`;
  const provider = await startOpenidProvider({ port, redirectUri, people });
  t.teardown(provider.close);
  const browser = await openBrowser(t);

  const showAs = async (page: Page, who: string) => {
    await page.locator('input[name=login]').fill(who);
    await page.locator('input[name=password]').fill('anything');
    await page.getByRole('button', { name: 'Sign-in' }).click();
    // Who has agreed once is not asked again.
    const back = page.waitForURL((address) => address.port !== String(port));
    const agree = page.getByRole('button', { name: 'Continue' });
    await Promise.race([back, agree.click()]);
    await back;
  };
  const isPlayed = (page: Page) =>
    page.locator('video').evaluate((video: HTMLVideoElement) => video.readyState >= 1);
  const untilWatched = async (page: Page) => {
    await page.getByRole('heading', { name: 'team', level: 1 }).waitFor();
    await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 1);
    t.ok(await isPlayed(page));
  };

  // An admin makes the link.
  const { page: olga } = await openPerson(t, browser, url);
  await olga.goto(`/watch/${name}`);
  await olga.getByRole('link', { name: 'Sign in with your organisation' }).click();
  await showAs(olga, 'olga');
  await olga.getByRole('button', { name: 'Share…' }).click();
  await olga.getByLabel('Only for e-mail addresses of (optional)').fill('@partner.example, example.com');
  await olga.getByText('who signs in with an e-mail address of these domains').waitFor();
  await olga.getByRole('button', { name: 'Create link' }).click();
  const link = await olga.getByLabel('Link', { exact: true }).inputValue();
  await olga.getByText('only partner.example, example.com').waitFor();

  await t.test('also by who has no account here, who may do nothing else', async (t) => {
    const { page } = await openPerson(t, browser, url);
    await page.goto(link);
    await page.getByRole('heading', { name: 'Sign in to watch' }).waitFor();
    await page.getByText('people with an e-mail address of partner.example or example.com').waitFor();
    const video = `${url}/recordings/${name}${new URL(link).search}`;
    t.equal((await page.request.get(video)).status(), 403);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await showAs(page, 'cara');
    t.equal(page.url(), link);
    await untilWatched(page);
    t.equal((await page.request.get(video)).status(), 200);
    t.equal((await page.request.get(`${url}/recordings/${name}`)).status(), 401, 'not without the link');
    const session = await page.request.get('/trpc/session.get');
    t.notMatch(await session.text(), /account/, 'she is not signed in');
    t.equal((await page.request.get('/trpc/recordings.list')).status(), 401);
  });

  await t.test('by an admin at once, who has shown an address when signing in', async () => {
    await olga.goto(link);
    await untilWatched(olga);
  });

  await t.test('not by who has another address, until they show one of the domain', async (t) => {
    const { page } = await openPerson(t, browser, url);
    await page.goto(link);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await showAs(page, 'foe');
    await page.getByText('you are signed in as foe@elsewhere.example').waitFor();
    t.equal(await page.locator('video').count(), 0);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await showAs(page, 'cara');
    await untilWatched(page);
  });

  await t.test('nor by whose address the provider has not verified', async (t) => {
    const { page } = await openPerson(t, browser, url);
    await page.goto(link);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await showAs(page, 'liar');
    await page.getByText('does not confirm your e-mail address').waitFor();
    await page.goto(link);
    await page.getByRole('heading', { name: 'Sign in to watch' }).waitFor();
    t.equal(await page.locator('video').count(), 0);
  });

  await t.test('in a frame the player leads to the page', async () => {
    const { page } = await openPerson(t, browser, url);
    await page.goto(link.replace('/watch/', '/embed/'));
    await page.getByRole('link', { name: 'Watch on Reelroom' }).waitFor();
  });
});
