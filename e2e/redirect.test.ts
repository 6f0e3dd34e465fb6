import { stat } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import t from 'tap';
import { bucketOf, serve, testConfig } from '../server/test/support/build.ts';
import { putSeedRecordings } from '../server/test/support/seeded.ts';
import { makeMp4 } from '../server/test/support/segments.ts';
import { until } from '../server/test/support/until.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

const seconds = 60;

/** What a page complains of, and who sent video to it, with which status. */
function observe(page: Page) {
  const complaints: string[] = [];
  const sent: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('response', (response) => {
    if (response.request().resourceType() === 'media')
      sent.push(`${new URL(response.url()).origin} ${response.status()}`);
  });
  return { complaints, sent };
}

/** Plays a video, jumps to its middle, and sees it go on there. */
async function playAndSeek(page: Page) {
  const at = () => page.locator('video').evaluate((video: HTMLVideoElement) => video.currentTime);
  await page.locator('video').evaluate((video: HTMLVideoElement) => video.play());
  await until('it to play', async () => (await at()) > 0.5);
  await page.keyboard.press('5');
  await until('it to go on from its middle', async () => (await at()) > seconds / 2 + 0.5);
}

t.test('PLAYBACK=redirect: pages play, seek and download what S3 itself sends', async (t) => {
  const { endpoint } = testConfig().s3;
  const s3 = new URL(endpoint).origin;
  const config = testConfig({ PLAYBACK: 'redirect', S3_PUBLIC_ENDPOINT: endpoint, EMBED_ORIGINS: '*' });
  const { put } = await bucketOf(config);
  // Its tables are at its end: a player has to ask for a range.
  const media = await makeMp4(t, seconds);
  const [name = ''] = await putSeedRecordings(put, [
    { roomName: 'Équipe "A" 🎥', roomId: 'RM_1', startedAt: Date.UTC(2026, 5, 30, 12) },
  ]);
  await put(`recordings/${name}`, media);
  const { url, trpc } = await serve(t, config);
  await until('the index', async () => !(await trpc.recordings.list.query()).indexing);
  await trpc.recordings.rename.mutate({ name, title: 'Plans & "ideas"' });
  const shared = await trpc.recordings.share.mutate({ name, download: true });
  const watchOnly = await trpc.recordings.share.mutate({ name });
  const browser = await openBrowser(t);

  async function downloads(page: Page) {
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'Download' }).click();
    const file = await download;
    t.match(file.suggestedFilename(), /^Plans & .*\.mp4$/);
    t.equal((await stat(await file.path())).size, media.length, 'all of it');
  }

  for (const [where, address] of [
    ['/watch of a shared link', shared.url],
    ['/watch', `/watch/${encodeURIComponent(name)}`],
    ['/embed', shared.embedUrl],
    ['the library', '/library'],
  ] as const)
    await t.test(where, async (t) => {
      const { page, context } = await openPerson(t, browser, url);
      t.teardown(() => context.close());
      const { complaints, sent } = observe(page);
      await page.goto(address);
      if (where === 'the library') await page.getByRole('button', { name: /^Play/ }).click();
      await page.locator('video').waitFor();
      await playAndSeek(page);
      t.same([...new Set(sent)].sort(), [`${url} 302`, `${s3} 206`].sort(), 'the app sends it on to S3');
      if (where !== '/embed') await downloads(page);
      t.same(complaints, []);
    });

  await t.test('downloading in a call does not end the call', async (t) => {
    const { page, context } = await openPerson(t, browser, url);
    t.teardown(() => context.close());
    await join(page, 'Ana', 'Équipe "A" 🎥');
    await page.getByRole('button', { name: /^Play/ }).click();
    // It must not cover the dialog's buttons.
    await page.getByText('Your microphone is muted while a recording plays.').waitFor();
    await downloads(page);
    await page.keyboard.press('Escape');
    await page.getByText('Only you are here').waitFor();
    t.equal(await page.getByRole('button', { name: 'Leave' }).count(), 1);
  });

  await t.test('a link that may only be watched has no download', async (t) => {
    const { page, context } = await openPerson(t, browser, url);
    t.teardown(() => context.close());
    const refused = page.waitForResponse((response) => response.status() === 403);
    await page.goto(watchOnly.url);
    await playAndSeek(page);
    await refused;
    t.equal(await page.getByRole('link', { name: 'Download' }).count(), 0);
  });
});
