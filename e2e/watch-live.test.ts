import type { Page } from 'playwright-core';
import t from 'tap';
import { openRoom, serve } from '../server/test/support/build.ts';
import { startRecording, untilShown } from '../server/test/support/recording.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

const video = (page: Page) =>
  page.evaluate(() => {
    const element = document.querySelector('video');
    if (!element) return undefined;
    const { currentSrc, currentTime, paused, readyState } = element;
    return { source: currentSrc.split(':')[0] === 'blob' ? 'live' : 'file', currentTime, paused, readyState };
  });
type Video = NonNullable<Awaited<ReturnType<typeof video>>>;
const untilVideo = (page: Page, what: string, is: (now: Video) => boolean) =>
  until(
    what,
    async () => {
      const now = await video(page);
      return now && is(now) && now;
    },
    40_000,
  );

/** Has the page write down what it tells of the recording's state, one after the other; a reload loses it. */
const writeDown = (page: Page) =>
  page.evaluate(() => {
    const told: string[] = [];
    const look = () => {
      for (const { textContent } of document.querySelectorAll('main [role=status]'))
        if (textContent && told.at(-1) !== textContent) told.push(textContent);
      document.documentElement.dataset.told = told.join(', ');
    };
    look();
    new MutationObserver(look).observe(document.body, {
      ...{ childList: true, subtree: true, characterData: true },
    });
  });
const told = (page: Page) => page.evaluate(() => document.documentElement.dataset.told);

t.test('who watches a recording while it is made goes on with its file, without a reload', async (t) => {
  const { url, trpc, config } = await serve(t);
  const room = await openRoom(t, config);
  const { name } = await startRecording(trpc, room.name);
  await untilShown(config, room.name, 'recording');
  const browser = await openBrowser(t);
  const { page: viewer } = await openPerson(t, browser, url);
  const { page: waiting } = await openPerson(t, browser, url);
  const watch = (page: Page) => page.getByRole('button', { name: 'Watch from the beginning' });
  for (const page of [viewer, waiting]) {
    await page.goto(`/watch/${encodeURIComponent(name)}`);
    await watch(page).waitFor();
    await page.getByRole('heading', { name: room.name }).waitFor();
    await page.getByRole('status').getByText('Still being recorded').waitFor();
    t.equal(await page.getByRole('button', { name: 'Share…' }).count(), 0, 'there is no file to share yet');
    t.equal(await page.getByRole('link', { name: 'Download' }).count(), 0, 'nor one to download');
    await writeDown(page);
  }

  await watch(viewer).click();
  const before = await untilVideo(
    viewer,
    'it plays while it is made',
    ({ source, currentTime, paused }) => source === 'live' && currentTime > 2 && !paused,
  );
  await viewer.getByRole('status').getByText('Still being recorded').waitFor();
  // A server that is away for some seconds is waited for.
  let refused = 0;
  await viewer.context().route('**/live/**', (route) => {
    refused += 1;
    return route.abort();
  });
  await until('it to be refused', async () => refused > 5, 40_000);
  await viewer.context().unroute('**/live/**');
  const { currentTime: then } = before;
  await untilVideo(
    viewer,
    'it goes on',
    ({ source, currentTime, paused }) => source === 'live' && currentTime > then + 6 && !paused,
  );

  await trpc.recordings.stop.mutate({ roomName: room.name });
  const after = await untilVideo(
    viewer,
    'its file',
    ({ source, readyState }) => source === 'file' && readyState >= 2,
  );
  t.ok(
    after.currentTime >= before.currentTime,
    `from ${before.currentTime} it goes on, at ${after.currentTime}`,
  );
  const shown = await untilVideo(waiting, 'its file', ({ readyState }) => readyState >= 2);
  t.match(shown, { source: 'file', currentTime: 0, paused: true }, 'who did not watch it decides when to');
  t.equal(await watch(waiting).count(), 0);
  for (const page of [viewer, waiting]) {
    await page.getByRole('button', { name: 'Share…' }).waitFor();
    await page.getByRole('link', { name: 'Download' }).waitFor();
    t.match(await told(page), /Still being recorded, (.*, )?Being saved$/);
    t.equal(await page.getByText('Being saved').count(), 0);
  }
});
