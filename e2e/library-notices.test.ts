import t from 'tap';
import { bucketOf, serve } from '../server/test/support/build.ts';
import { proxyTo } from '../server/test/support/proxy.ts';
import { putSeedRecordings } from '../server/test/support/seeded.ts';
import { until } from '../server/test/support/until.ts';
import { configBy, versionedBucket, versionedS3 } from '../server/test/support/versioned-s3.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(120_000);

const denied = '<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>';

t.test('who deletes from a bucket that keeps versions is told that the bytes stay', async (t) => {
  const environment = await versionedS3(t);
  const bucket = await versionedBucket(environment, { versions: 'Enabled' });
  const { put } = await bucketOf(bucket.config);
  const noon = Date.UTC(2026, 5, 30, 12);
  await putSeedRecordings(
    put,
    [noon, noon + 60_000].map((startedAt) => ({ roomName: 'stand-up', roomId: 'RM_1', startedAt })),
  );
  const s3 = await proxyTo(t, bucket.config.s3.endpoint);
  let mayList = true;
  s3.misbehave((request) =>
    !mayList && /^GET .*[?&]versions/.test(request) ? { status: 403, body: denied } : undefined,
  );
  const { url, trpc } = await serve(t, configBy(bucket.config, environment, s3.url));
  await until('the index to be built', async () => (await trpc.recordings.totals.query()).count === 2);

  const { page } = await openPerson(t, await openBrowser(t), url);
  await page.goto('/library');
  const rows = page.getByRole('list', { name: 'Recordings' }).getByRole('listitem');
  const notice = page.getByText('its bytes stay in the bucket');
  const deleteFirst = async () => {
    await rows
      .first()
      .getByRole('button', { name: /^Delete/ })
      .click();
    await page.getByRole('button', { name: 'Delete recording' }).click();
  };
  await rows.nth(1).waitFor();
  t.equal(await notice.count(), 0, 'it may delete them');
  mayList = false;
  await deleteFirst();
  await rows.nth(1).waitFor({ state: 'detached' });
  await notice.waitFor();
  t.match(
    await notice.textContent(),
    /s3:ListBucketVersions is needed/,
    'and what the key has to be allowed',
  );

  mayList = true;
  await deleteFirst();
  await rows.first().waitFor({ state: 'detached' });
  await notice.waitFor({ state: 'detached' });
});
