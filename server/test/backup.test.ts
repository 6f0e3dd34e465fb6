import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createBackup } from '../features/recording/backup.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';

t.test('what a recorder could not upload: taken in whole, and kept until it is', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { path } = config.recordings;
  const { keys } = await bucketOf(config);
  const storage = createStorage(config.s3);
  const folder = await mkdtemp(join(tmpdir(), 'reelroom-backup-'));
  t.teardown(async () => {
    storage.close();
    await rm(folder, { recursive: true });
  });
  const backup = createBackup({ storage, folder, path, libraryId: 'a' });
  t.same(await backup.names(), [], 'no folder is no failure');

  const name = 'Équipe "A" 🎥-RM_1-2026-01-31T101530000.mp4';
  const segments = `${path}.reelroom/segments/${name.slice(0, -4)}/`;
  await mkdir(join(folder, segments), { recursive: true });
  // More than two parts of an upload.
  const media = Buffer.alloc(17 * 2 ** 20, 'reelroom');
  await writeFile(join(folder, path, name), media);
  await writeFile(join(folder, path, 'empty.mp4'), '');
  await writeFile(join(folder, segments, 's_00000.ts'), 'one');
  await writeFile(join(folder, segments, 's_00001.ts'), 'two');
  t.same(await backup.names(), ['empty.mp4', name].sort());

  s3.misbehave((request) => (request.startsWith('PUT ') ? { status: 507 } : undefined));
  t.match(await failure(backup.moveToBucket(path + name)), { code: 'STORAGE_UNAVAILABLE' });
  s3.comeBack();
  t.same(await keys(), []);

  await backup.moveToBucket(path + name);
  await backup.moveToBucket(`${path}empty.mp4`);
  await backup.moveToBucket(segments);
  await backup.moveToBucket(`${path}none.mp4`);
  t.same((await keys()).sort(), [`${segments}s_00000.ts`, `${segments}s_00001.ts`, path + name].sort());
  t.ok(media.equals((await storage.getBytes(path + name)) ?? Buffer.alloc(0)), 'byte by byte');
  t.same(await readdir(join(folder, segments)), [], 'and gone here');
  await backup.delete(segments);
  await backup.delete(segments);
});
