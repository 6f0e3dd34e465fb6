import { recordingName } from '../shared/base/recording-name.ts';
import t from 'tap';
import { bucketOf, serve, testConfig } from '../server/test/support/build.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(240_000);

/** Would set `hacked` on the page, were it HTML or an address that a browser follows. */
const hostile = [
  '<img src=x onerror="window.hacked=1">',
  '"><script>window.hacked=1</script>',
  "javascript:window.hacked=1//'",
  '{{window.hacked=1}}${window.hacked=1}',
  '<svg onload=window.hacked=1>',
];

const isHacked = () => Reflect.get(window, 'hacked') !== undefined;

t.test('no page does anything that its policy forbids', async (t) => {
  const config = testConfig();
  await (await bucketOf(config)).put('recordings/a-RM_1-t.mp4', 'no video');
  const { url } = await serve(t, config);
  const browser = await openBrowser(t);
  const { page } = await openPerson(t, browser, url);
  for (const path of ['/', '/room/a', '/library', '/watch/a-RM_1-t.mp4', '/watch/none.mp4', '/nothing']) {
    await page.goto(path);
    await page.getByRole('heading').first().waitFor();
  }
  await page.goto('/recorder.html');
  await page.getByRole('list').waitFor({ state: 'attached' });

  await page.goto('/docs');
  await page
    .getByRole('button', { name: /POST \/recordings\/start/i })
    .first()
    .click();
  await page.getByRole('button', { name: 'Try it out' }).click();
  await page.getByRole('button', { name: 'Execute' }).click();
  await page.getByText('ROOM_NOT_FOUND').first().waitFor();
});

t.test('a script in a name or a title is text, with the policy and without it', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const names = hostile.map((name, i) =>
    recordingName({ name: name.replaceAll('/', '∕'), id: 'RM_1' }, Date.UTC(2026, 0, 31, 10, 0, i)),
  );
  for (const name of names) await put(`recordings/${name}`, 'no video');
  const { url, trpc } = await serve(t, config);
  for (const [i, name] of names.entries())
    await trpc.recordings.rename.mutate({ name, title: hostile[(i + 1) % hostile.length] ?? '' });
  const browser = await openBrowser(t);
  for (const bypassCSP of [false, true]) {
    const { page } = await openPerson(t, browser, url, { bypassCSP });
    await page.goto('/library');
    const rows = page.getByRole('list', { name: 'Recordings' }).getByRole('listitem');
    await rows.nth(hostile.length - 1).waitFor();
    t.notOk(await page.evaluate(isHacked), 'the library');
    await page
      .getByRole('searchbox')
      .first()
      .fill(hostile[0] ?? '');
    t.notOk(await page.evaluate(isHacked), 'its search');
    for (const name of names) {
      await page.goto(`/watch/${encodeURIComponent(name)}`);
      await page.getByRole('heading').first().waitFor();
      t.notOk(await page.evaluate(isHacked), `watching ${name}`);
    }
    for (const name of hostile) {
      await page.goto(`/room/${encodeURIComponent(name)}`);
      await page.getByRole('heading').first().waitFor();
      t.notOk(await page.evaluate(isHacked), `the room ${name}`);
    }
    await page.goto(`/"><script>window.hacked=1</script>?"><img src=x onerror=window.hacked=1>`);
    await page.getByRole('heading').first().waitFor();
    t.notOk(await page.evaluate(isHacked), 'an address');
  }
});
