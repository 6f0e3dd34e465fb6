import type { Page } from 'playwright-core';
import t from 'tap';
import { bucketOf, openRoom, serve, testConfig } from '../server/test/support/build.ts';
import { startRecording, untilShown } from '../server/test/support/recording.ts';
import { putSeedRecordings, type SeedRecording } from '../server/test/support/seeded.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

const minute = 60_000;
const noon = Date.UTC(2026, 5, 30, 12);

const list = (page: Page) => page.getByRole('list', { name: 'Recordings' });
const rows = (page: Page) => list(page).getByRole('listitem');
/** How many rows the list says it has; those that are drawn are fewer. */
const count = (page: Page) =>
  rows(page)
    .first()
    .getAttribute('aria-setsize')
    .then((size) => Number(size ?? 0));
const untilCount = (page: Page, wanted: number) =>
  page.waitForFunction(
    (size) => document.querySelector('[aria-setsize]')?.getAttribute('aria-setsize') === String(size),
    wanted,
  );
const search = (page: Page) => page.getByRole('searchbox', { name: 'Search in titles and rooms' });
const room = (page: Page) => page.getByRole('combobox', { name: 'Room' });
/** The first row that is all on the screen, and where it is. */
const firstOnScreen = (page: Page) =>
  page.evaluate(() => {
    const seen = [...document.querySelectorAll<HTMLElement>('[data-row]')].find((row) => {
      const { top } = row.getBoundingClientRect();
      return top > 100 && top < innerHeight;
    });
    return { name: seen?.dataset['row'], top: seen?.getBoundingClientRect().top };
  });

t.test('the library', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  // One a minute: every third of one room, the oldest of a room of its own.
  const seeded: SeedRecording[] = Array.from({ length: 1_200 }, (_, n) => ({
    roomName: n === 1_199 ? 'Équipe "A" 🎥' : n % 3 === 0 ? 'stand-up' : 'planning',
    roomId: 'RM_1',
    startedAt: noon - n * minute,
  }));
  const names = await putSeedRecordings(put, seeded);
  const { url, trpc } = await serve(t, config);
  const indexed = () => trpc.recordings.totals.query().catch(() => undefined);
  await until('the index to be built', async () => (await indexed())?.count === 1_200, 90_000);

  const browser = await openBrowser(t);
  const { page, context } = await openPerson(t, browser, url);
  const { page: other } = await openPerson(t, browser, url);

  await t.test('all of 1,200 come as one scrolls, and few rows are drawn at a time', async (t) => {
    await page.goto('/library');
    await rows(page).first().waitFor();
    t.equal(await count(page), 50, 'a page of them');
    await page.getByText('1,200 recordings').waitFor();
    let most = 0;
    const seen = new Set<string>();
    await until(
      'the end of the list',
      async () => {
        const drawn = await page.evaluate(() => {
          scrollBy(0, 600);
          return [...document.querySelectorAll<HTMLElement>('[data-row]')].map(
            (row) => row.dataset['row'] ?? '',
          );
        });
        for (const name of drawn) seen.add(name);
        most = Math.max(most, drawn.length);
        return seen.size === 1_200;
      },
      60_000,
    );
    t.strictSame([...seen].sort(), [...names].sort(), 'every one of them was there');
    t.ok(most < 50, `${most} rows at most`);
    t.equal(await page.getByRole('button', { name: 'Show more' }).count(), 0, 'and nothing more is promised');
  });

  await t.test('what comes or goes above moves nothing that is on screen', async (t) => {
    await page.evaluate(() => scrollTo(0, 20_000));
    const before = await until('it to be drawn', async () => {
      const seen = await firstOnScreen(page);
      return seen.name !== undefined && seen;
    });
    await trpc.recordings.delete.mutate({ name: names[3] ?? '' });
    await untilCount(page, 1_199);
    t.same(await firstOnScreen(page), before);
  });

  await t.test('the filter is in the address: back, forward and reload keep it', async (t) => {
    await page.goto('/library');
    await room(page).fill('stand-up');
    await room(page).press('Enter');
    await page.waitForURL('**/library?room=stand-up');
    await rows(page).nth(3).waitFor();
    await until('only that room', async () => !(await list(page).textContent())?.includes('planning'));
    await search(page).fill('nowhere');
    await page.waitForURL('**/library?room=stand-up&q=nowhere');
    await page.getByText('No recording matches.').waitFor();
    await page.reload();
    await page.getByText('No recording matches.').waitFor();
    t.equal(await search(page).inputValue(), 'nowhere');
    await page.goBack();
    await rows(page).first().waitFor();
    t.equal(await search(page).inputValue(), '');
    t.equal(await room(page).inputValue(), 'stand-up');
    await page.goBack();
    await page.getByText('planning').first().waitFor();
    await page.goForward();
    await page.goForward();
    await page.getByText('No recording matches.').waitFor();
    await page.getByRole('button', { name: 'Show all recordings' }).click();
    await page.waitForURL('**/library');
    await rows(page).first().waitFor();
  });

  await t.test('what is far back is found, whatever its case and accents', async (t) => {
    await search(page).fill('equipe');
    await untilCount(page, 1);
    t.match(await rows(page).first().textContent(), 'Équipe "A" 🎥');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('Failed');
    await page.getByText('No recording matches.').waitFor();
    await page.getByRole('combobox', { name: 'Status' }).selectOption('Any status');
    await untilCount(page, 1);
  });

  await t.test('the period is of days', async () => {
    await page.goto('/library');
    await page.getByLabel('From').fill('2026-07-02');
    await page.getByText('No recording matches.').waitFor();
    await page.getByLabel('From').fill('2026-06-30');
    await page.waitForURL('**/library?from=2026-06-30');
    await rows(page).first().waitFor();
  });

  await t.test('oldest first', async (t) => {
    await page.goto('/library?order=oldest');
    await rows(page).first().waitFor();
    t.match(await rows(page).first().textContent(), 'Équipe "A" 🎥');
  });

  await t.test('a title and "keep" are on the other page within a second', async (t) => {
    await page.goto('/library');
    await other.goto('/library');
    await rows(other).first().waitFor();
    await page.getByRole('button', { name: /^Edit/ }).first().click();
    await page.getByRole('textbox', { name: 'Title' }).fill('A <b>title</b> & more');
    await page.getByRole('checkbox', { name: 'Keep this recording' }).check();
    await page.getByRole('textbox', { name: 'Title' }).press('Enter');
    await page.getByText('A <b>title</b> & more').waitFor();
    const saved = Date.now();
    await other.getByText('A <b>title</b> & more').waitFor();
    await rows(other).first().getByText('Kept').waitFor();
    t.ok(Date.now() - saved < 1_000, `${Date.now() - saved} ms later`);
    t.match(await trpc.recordings.get.query({ name: names[0] ?? '' }), {
      title: 'A <b>title</b> & more',
      keep: true,
    });
  });

  await t.test('what happens while the connection is away is there when it is back', async () => {
    const away = other.context();
    await away.setOffline(true);
    await trpc.recordings.rename.mutate({ name: names[1] ?? '', title: 'Meanwhile' });
    await page.getByText('Meanwhile').waitFor();
    await away.setOffline(false);
    await other.getByText('Meanwhile').waitFor();
  });

  await t.test('many are deleted at once, after one says so; the other page sees it', async (t) => {
    const boxes = page.getByRole('checkbox', { name: /^Select (the|“)/ });
    await boxes.nth(1).click();
    await boxes.nth(5).click({ modifiers: ['Shift'] });
    await page.getByText('5 recordings, 25B').waitFor();
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete 5 recordings?' });
    await dialog.getByText('25B in all will be gone').waitFor();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    t.equal((await trpc.recordings.totals.query()).count, 1_199, 'Enter alone deletes nothing');

    await page.getByRole('button', { name: 'Delete…' }).click();
    await dialog.getByRole('button', { name: 'Delete 5 recordings' }).click();
    const clicked = Date.now();
    await untilCount(page, 45);
    await untilCount(other, 45);
    t.ok(Date.now() - clicked < 3_000, `${Date.now() - clicked} ms later`);
    await dialog.waitFor({ state: 'hidden' });
    await other.getByText('1,194 recordings').waitFor();
    t.equal((await trpc.recordings.list.query({ limit: 1 })).recordings[0]?.name, names[0]);
  });

  await t.test('what could not be deleted stays, with the reason', async (t) => {
    const boxes = page.getByRole('checkbox', { name: /^Select (the|“)/ });
    await boxes.nth(1).click();
    await boxes.nth(2).click();
    // The way to the server is broken in between.
    await context.route('**/trpc/recordings.deleteMany**', (route) => route.abort());
    await page.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete 2 recordings' }).click();
    await page.getByRole('alert').getByText('cannot be reached').first().waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('2 recordings, 10B').waitFor();
    t.equal(await count(page), 45);
    await context.unroute('**/trpc/recordings.deleteMany**');
  });

  await t.test('a search keeps the space that was just typed', async (t) => {
    await search(page).pressSequentially('stand ');
    await page.waitForURL('**q=stand*');
    await search(page).pressSequentially('up');
    await page.waitForURL('**q=stand+up*');
    t.equal(await search(page).inputValue(), 'stand up');
    await search(page).fill('');
    await rows(page).nth(5).waitFor();
  });

  await t.test('the page waits for its code, and is loaded anew when that is gone', async (t) => {
    const { page: late, context: theirs } = await openPerson(t, browser, url);
    t.teardown(() => theirs.close());
    let gone = 0;
    await theirs.route('**/assets/LibraryPage*.js', async (route) => {
      gone += 1;
      await late.getByText('Loading the library…').waitFor();
      // After a new version was deployed its parts have other names.
      if (gone === 1) await route.fulfill({ status: 404 });
      else await route.continue();
    });
    await late.goto('/library');
    await rows(late).first().waitFor();
    t.equal(gone, 2);
  });

  await t.test('with the keyboard', async (t) => {
    await boxOf(page, 0).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    t.ok(await boxOf(page, 2).evaluate((box) => box === document.activeElement), 'down is the next row');
    for (let times = 0; times < 30; times += 1) await page.keyboard.press('ArrowDown');
    const place = await page.evaluate(
      () => document.activeElement?.closest('[aria-posinset]')?.getAttribute('aria-posinset') ?? '',
    );
    t.equal(place, '33', 'far down, too');
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('[aria-posinset="1"]').waitFor();
    await page.keyboard.press('ArrowUp');
    t.equal(
      await page.evaluate(
        () => document.activeElement?.closest('[aria-posinset]')?.getAttribute('aria-posinset') ?? '',
      ),
      '32',
      'a row that is scrolled away keeps the focus',
    );
  });

  await t.test('a recording is on top from its first second, with its status', async (t) => {
    await page.goto('/library');
    await rows(page).nth(5).waitFor();
    const { name: roomName } = await openRoom(t, config);
    const top = rows(page).first();
    const row = list(page).getByRole('listitem').filter({ hasText: roomName });
    const { name } = await startRecording(trpc, roomName);
    const started = Date.now();
    await row.waitFor();
    t.ok(Date.now() - started < 1_000, `${Date.now() - started} ms after it began`);
    t.equal(await top.getAttribute('data-row'), name);
    t.ok(await top.getByRole('checkbox').isDisabled(), 'it cannot be deleted yet');
    await untilShown(config, roomName, 'recording');
    const recording = Date.now();
    await row.getByText('Recording', { exact: true }).waitFor();
    t.ok(Date.now() - recording < 1_000, `${Date.now() - recording} ms after it was recorded`);
    await trpc.recordings.stop.mutate({ roomName });
    await row.getByText('Saving').or(row.getByText('Ready')).waitFor();
    await row.getByText(/Ready|Failed/).waitFor();
    t.equal(await count(page), 51);
  });

  await t.test('a list that is not to be had says so, and is asked for again', async () => {
    let refused = 0;
    await context.route('**/trpc/recordings.list**', (route) => {
      refused += 1;
      return route.abort();
    });
    await page.goto('/library?q=planning');
    // Once by itself, and again when it hears that the subscription stands.
    await until('both questions', async () => refused === 2);
    await page.getByRole('alert').getByText('cannot be reached').waitFor();
    await context.unroute('**/trpc/recordings.list**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await rows(page).first().waitFor();
  });
});

const boxOf = (page: Page, index: number) =>
  page.locator(`[aria-posinset="${index + 1}"] [data-control="select"]`);
