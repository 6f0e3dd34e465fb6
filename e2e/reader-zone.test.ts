import { readFile } from 'node:fs/promises';
import t from 'tap';
import { bucketOf, serve, testConfig } from '../server/test/support/build.ts';
import { putSeedRecordings } from '../server/test/support/seeded.ts';
import { until } from '../server/test/support/until.ts';
import { unzip } from '../server/test/support/unzip.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

const tz = 'America/Los_Angeles';

t.test('a reader in Los Angeles: the same day and time wherever a recording says when it was', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const room = { roomName: 'evening', roomId: 'RM_1' };
  // 17:30 and 18:00 there, on the day before.
  const [first = '', second = ''] = await putSeedRecordings(put, [
    { ...room, startedAt: Date.UTC(2026, 1, 1, 1, 30) },
    { ...room, startedAt: Date.UTC(2026, 1, 1, 2) },
  ]);
  const { url, trpc } = await serve(t, config);
  await until(
    'the index to be built',
    async () => (await trpc.recordings.totals.query().catch(() => undefined))?.count === 2,
  );
  const browser = await openBrowser(t);
  const { page, context } = await openPerson(t, browser, url, { timezoneId: tz });
  t.teardown(() => context.close());

  const row = page.locator(`[data-row="${first}"]`);
  await page.goto('/library');
  t.match(await row.textContent(), /31 Jan 2026, 17:30/, 'the row');

  const downloaded = async (click: () => Promise<void>) => {
    const [download] = await Promise.all([page.waitForEvent('download'), click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const select = (name: string) => page.locator(`[data-row="${name}"]`).getByRole('checkbox').click();
  await select(first);
  const file = await downloaded(() => page.getByRole('link', { name: 'Download' }).click());
  t.equal(file.name, 'evening 2026-01-31 17.30.00.mp4', 'the file');
  t.equal(String(file.bytes), 'media');

  await select(second);
  const dayThere = () => new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeZone: tz }).format();
  const days = [dayThere()];
  const zip = await downloaded(() => page.getByRole('button', { name: 'Download' }).click());
  days.push(dayThere());
  t.ok(
    days.some((day) => zip.name === `Reelroom recordings ${day}.zip`),
    zip.name,
  );
  const entries = (await unzip(zip.bytes)).map(({ name, shown }) => [
    name,
    new Date(shown).toISOString().slice(0, 19),
  ]);
  t.same(
    entries.sort(),
    [
      ['evening 2026-01-31 17.30.00.mp4', '2026-01-31T17:30:00'],
      ['evening 2026-01-31 18.00.00.mp4', '2026-01-31T18:00:00'],
    ],
    'what is in the ZIP',
  );

  // Who shows a link does not say where it is read.
  const html = await (await fetch(`${url}/watch/${encodeURIComponent(first)}`)).text();
  t.match(html, /property="og:description" content="Recorded in evening on 1 February 2026 at 01:30 UTC"/);
});
