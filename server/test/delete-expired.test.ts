import t from 'tap';
import { createDeleteExpired } from '../jobs/delete-expired.ts';
import { linksFolder, linksRoot } from '../bucket/share-folder.ts';
import { newLink, readLink } from '../features/sharing/token.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { recordedLog } from './support/log.ts';

const hour = 3_600_000;
const path = 'recordings/';
const ofLinks = {
  what: 'share links',
  folder: linksRoot(path),
  expiryOf: ({ key }: { key: string }) => readLink(key.slice(key.lastIndexOf('/') + 1))?.expiresAt,
};

t.test('links that expired more than a day ago go, also where nobody shares again; no other', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const { log, lines } = recordedLog();
  const link = async (name: string, expiredHours: number) => {
    const key =
      linksFolder(path, name) +
      newLink({
        ...{ createdAt: Date.now() - (expiredHours + 1) * hour, expiresInSeconds: 3_600, download: false },
      }).id;
    await put(key, '');
    return key;
  };
  const gone = [
    await link('a-RM_1-t.mp4', 25),
    await link('a-RM_1-t.mp4', 900),
    await link('b-RM_1-t.mp4', 26),
  ];
  const stays = [
    await link('a-RM_1-t.mp4', 23),
    await link('b-RM_1-t.mp4', -1),
    `${linksFolder(path, 'b-RM_1-t.mp4')}of a newer version`,
    `${path}.reelroom/shares.json`,
  ];
  await put(stays[2] ?? '', '');
  await put(stays[3] ?? '', '');
  const clear = createDeleteExpired({ ...ofLinks, storage, log });
  t.equal(await clear(), false);
  t.same((await keys()).sort(), [...stays].sort());
  t.same(lines, ['info: deleted share links that expired more than a day ago']);
  t.equal(gone.length, 3);
  await clear();
  t.equal(lines.length, 1);
});

t.test('of very many some are looked at in a round, and the next goes on', async (t) => {
  const total = 45_500;
  const id = newLink({ createdAt: 0, expiresInSeconds: 60, download: false }).id;
  const left = new Set(
    Array.from({ length: total }, (_, i) => `${path}.reelroom/shares/r-${i + 100_000}/${id}`),
  );
  const all = [...left];
  let lists = 0;
  const clear = createDeleteExpired({
    storage: {
      now: () => new Date(),
      deleteMany: async (keys) => {
        t.ok(keys.length <= 1_000);
        for (const key of keys) left.delete(key);
      },
      listPage: async ({ startAfter = '', limit = 1_000 }) => {
        lists += 1;
        const from = all.findIndex((key) => key > startAfter);
        const objects = all
          .slice(from, from + limit)
          .map((key) => ({ key, size: 0, lastModified: new Date(0) }));
        return { objects, folders: [], isTruncated: from + limit < total };
      },
    },
    ...{ ...ofLinks, log: recordedLog().log },
  });
  t.equal(await clear(), true);
  t.equal(lists, 20);
  t.equal(left.size, total - 20_000);
  t.equal(await clear(), true);
  t.equal(await clear(), false);
  t.equal(left.size, 0);
  t.equal(lists, 46);
});
