import t from 'tap';
import { bucketOf, serve, testConfig } from '../server/test/support/build.ts';
import { makeMp4 } from '../server/test/support/segments.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

t.test('a link for a part, with a password, is made in the dialog and opened by somebody else', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const name = 'stand-up-RM_1-2026-01-31T101530000.mp4';
  await put(`recordings/${name}`, await makeMp4(t, 20));
  const { url, trpc } = await serve(t, config);
  await until('the index to be built', async () => (await trpc.recordings.totals.query()).count === 1);
  const browser = await openBrowser(t);
  const { page } = await openPerson(t, browser, url);
  await page.goto(`/watch/${name}`);
  await page.getByRole('button', { name: 'Share…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Share recording' });
  await dialog.getByRole('checkbox', { name: 'Only a part' }).check();
  await dialog.getByLabel('From').fill('0:05');
  await dialog.getByLabel('To', { exact: true }).fill('0:12');
  await dialog.getByLabel('Password (optional)').fill('sesame');
  await dialog.getByRole('button', { name: 'Create link' }).click();
  await dialog.getByText('password · 0:05–0:12').waitFor();
  const [link] = await trpc.recordings.shares.query({ name });
  t.match(link, { from: 5, to: 12, hasPassword: true });

  const { page: guest } = await openPerson(t, browser, url, {
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  const address = link?.url ?? '';
  await guest.goto(address);
  await guest.getByRole('heading', { name: 'This recording has a password' }).waitFor();
  t.notMatch(await guest.title(), 'stand-up');
  await guest.getByLabel('Password').fill('wrong');
  await guest.keyboard.press('Enter');
  await guest.getByRole('alert').getByText('That is not the password of this link').waitFor();
  await guest.getByLabel('Password').fill('sesame');
  await guest.keyboard.press('Enter');
  const video = guest.locator('video');
  await video.waitFor();
  const length = () => video.evaluate((element) => Reflect.get(element, 'duration'));
  await until('the video to be loaded', async () => {
    const seconds: unknown = await length();
    return typeof seconds === 'number' && Math.abs(seconds - 7) < 0.2;
  });
  await video.evaluate((element) => void Reflect.apply(Reflect.get(element, 'play'), element, []));
  await until('it to play', () =>
    video.evaluate((element) => Number(Reflect.get(element, 'currentTime')) > 0.5),
  );
  await until(
    'the view to be counted',
    async () => (await trpc.recordings.shares.query({ name }))[0]?.views === 1,
  );
  await guest.reload();
  await video.waitFor();
  t.equal(await guest.getByLabel('Password').count(), 0, 'this tab is not asked again');

  const { page: embed } = await openPerson(t, browser, url);
  await embed.goto(link?.embedUrl ?? '');
  await embed.getByLabel('Password').fill('sesame');
  await embed.keyboard.press('Enter');
  await embed.locator('video').waitFor();
});
