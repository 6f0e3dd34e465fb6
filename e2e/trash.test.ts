import type { Page } from 'playwright-core';
import t from 'tap';
import { bucketOf, serve, testConfig } from '../server/test/support/build.ts';
import { putSeedRecordings } from '../server/test/support/seeded.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

const minute = 60_000;
const noon = Date.UTC(2026, 5, 30, 12);

const rows = (page: Page) => page.getByRole('list', { name: 'Recordings' }).getByRole('listitem');
const untilRows = (page: Page, wanted: number) =>
  until(`${wanted} rows`, async () => (await rows(page).count()) === wanted);

t.test('the trash', async (t) => {
  const config = testConfig({ TRASH_DAYS: '7' });
  const { put } = await bucketOf(config);
  const names = await putSeedRecordings(
    put,
    Array.from({ length: 6 }, (_, n) => ({
      ...{ roomName: n === 0 ? 'Équipe "A" 🎥' : 'planning', roomId: 'RM_1', startedAt: noon - n * minute },
    })),
  );
  const { url, trpc } = await serve(t, config);
  await until('the index to be built', async () => (await trpc.recordings.totals.query()).count === 6);
  const browser = await openBrowser(t);
  const { page } = await openPerson(t, browser, url);
  const { page: phone } = await openPerson(t, browser, url, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });

  await t.test('a deletion is undone from its message', async (t) => {
    await page.goto('/library');
    await untilRows(page, 6);
    await rows(page)
      .first()
      .getByRole('button', { name: /^Delete/ })
      .click();
    await page.getByText('It stays in the trash for 7 days').waitFor();
    await page.getByRole('button', { name: 'Delete recording' }).click();
    await page.getByText('Recording moved to the trash.').waitFor();
    await untilRows(page, 5);
    await page.getByText('5 recordings,').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Recording restored.').waitFor();
    await untilRows(page, 6);
    t.match(await trpc.recordings.get.query({ name: names[0] ?? '' }), { name: names[0] });
  });

  await t.test('another page of the trash sees what is deleted, restored and gone', async (t) => {
    await phone.goto('/library');
    await phone.getByRole('link', { name: 'Trash' }).click();
    await phone.getByRole('heading', { name: 'Trash', exact: true }).waitFor();
    await phone.getByText('The trash is empty.').waitFor();
    await trpc.recordings.deleteMany.mutate({ names: names.slice(0, 4) });
    await untilRows(page, 2);
    const trashed = phone.getByRole('list', { name: 'Recordings in the trash' }).getByRole('listitem');
    await until('four rows', async () => (await trashed.count()) === 4);
    await trashed.first().getByText('7 days left').waitFor();

    await trashed
      .first()
      .getByRole('button', { name: /^Restore/ })
      .click();
    await untilRows(page, 3);
    await until('three rows', async () => (await trashed.count()) === 3);
    await trashed
      .first()
      .getByRole('button', { name: /for good$/ })
      .click();
    const dialog = phone.getByRole('dialog', { name: 'Delete this recording for good?' });
    await dialog.getByText('This cannot be undone').waitFor();
    await phone.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    t.equal((await trpc.recordings.trash.query()).recordings.length, 3, 'Enter alone deletes nothing');
    await trashed
      .first()
      .getByRole('button', { name: /for good$/ })
      .click();
    await dialog.getByRole('button', { name: 'Delete recording' }).click();
    await until('two rows', async () => (await trashed.count()) === 2);
    t.equal((await trpc.recordings.trash.query()).recordings.length, 2);
  });

  await t.test('with the keyboard, many at once, and all', async (t) => {
    await page.goto('/library?status=trash');
    const boxes = page.getByRole('checkbox', { name: /^Select (the|“)/ });
    await boxes.first().focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.getByRole('status').getByText('2 recordings').waitFor();
    await page.getByRole('button', { name: 'Restore', exact: true }).click();
    await page.getByText('The trash is empty.').waitFor();
    t.equal((await trpc.recordings.totals.query()).count, 5);
    await trpc.recordings.deleteMany.mutate({ names });
    await page.getByRole('button', { name: 'Empty trash…' }).click();
    await page.getByRole('button', { name: 'Empty trash', exact: true }).click();
    await page.getByText('The trash is empty.').first().waitFor();
    t.same((await trpc.recordings.trash.query()).recordings, []);
    await page.goto('/library');
    await page.getByText('Nothing has been recorded yet.').waitFor();
  });
});
