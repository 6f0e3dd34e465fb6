import t from 'tap';
import { bucketOf, buildServices, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { silentLog } from './support/log.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { createFormat } from '../bucket/format.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { until } from './support/until.ts';

const key = 'recordings/.reelroom/format';

t.test('what is written, and by whom it can be read, is said once', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const look = async ({ hasTrash = false } = {}) => {
    const format = createFormat({ storage, path: 'recordings/', hasTrash, log: silentLog });
    await format.check();
    const { text, etag } = (await storage.getTextAndEtag(key)) ?? {};
    return { isNewer: format.isNewer(), format: JSON.parse(text ?? ''), etag };
  };
  const first = await look();
  t.match(first, { isNewer: false, format: { written: 2, readableSince: 1 } });
  t.equal((await look()).etag, first.etag, 'nothing is written again');

  await put(key, JSON.stringify({ written: 0, readableSince: 0, more: 1 }));
  t.match(await look(), { isNewer: false, format: { written: 2, readableSince: 1, more: 1 } });
  const withTrash = await look({ hasTrash: true });
  t.match(withTrash, { isNewer: false, format: { written: 2, readableSince: 2, more: 1 } });
  t.equal((await look()).etag, withTrash.etag, 'a version without a trash takes nothing back');
  await put(key, JSON.stringify({ written: 3, readableSince: 2 }));
  t.match(await look({ hasTrash: true }), { isNewer: false, format: { written: 3, readableSince: 2 } });
  for (const newer of [{ written: 4, readableSince: 3 }, { since: 'v4' }]) {
    await put(key, JSON.stringify(newer));
    t.same(await look().then(({ isNewer, format }) => ({ isNewer, format })), {
      isNewer: true,
      format: newer,
    });
  }
});

t.test('a bucket into which a newer version writes is only read', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const [name = ''] = await putSeedRecordings(put, [
    { roomName: 'r', roomId: 'RM_1', startedAt: Date.UTC(2026, 0, 31, 12) },
  ]);
  const { builder } = await buildServices(t, config);
  await until('the index to be built', () => builder.whenBuilt(1_000));
  await put(key, JSON.stringify({ written: 3, readableSince: 3 }));
  const before = await keys();

  const { trpc, url } = await serve(t, config);
  const newer = { data: { errorCode: 'STORAGE_NEWER' } };
  const refused = [
    failure(trpc.recordings.rename.mutate({ name, title: 'x' })),
    failure(trpc.recordings.setKeep.mutate({ name, keep: true })),
    failure(trpc.recordings.delete.mutate({ name })),
    failure(trpc.recordings.share.mutate({ name })),
  ];
  t.match(await Promise.all(refused), [newer, newer, newer, newer]);
  t.same(await keys(), before, 'nothing is written');
  t.match((await trpc.recordings.list.query()).recordings, [{ name }]);
  t.equal((await fetch(`${url}/recordings/${name}`)).status, 200);
  await until('the app to be connected', async () => (await trpc.system.status.query()).calls.ready);
  t.match(await trpc.system.status.query(), {
    storage: { ready: true },
    recording: { ready: false, reason: /newer version/ },
  });
});
