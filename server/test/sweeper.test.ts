import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createBackup } from '../features/recording/backup.ts';
import { createRecoverOrphans } from '../jobs/recover-orphans.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, buildServices, testConfig } from './support/build.ts';
import { proxyTo } from './support/proxy.ts';
import { makeSegments } from './support/segments.ts';
import { until } from './support/until.ts';

t.test(
  'recordings that nobody sees through are found; those that grow, or are live, are let be',
  async (t) => {
    const config = testConfig();
    const { path } = config.recordings;
    const { put } = await bucketOf(config);
    const storage = createStorage(config.s3);
    const folder = await mkdtemp(join(tmpdir(), 'reelroom-backup-'));
    t.teardown(async () => {
      storage.close();
      await rm(folder, { recursive: true });
    });
    const recovered: string[] = [];
    const { run, hasSuspects } = createRecoverOrphans({
      storage,
      backup: createBackup({ storage, folder, path, libraryId: 'a' }),
      lifecycle: {
        isLive: (name) => name === 'live.mp4',
        ownAmong: async (names) => names,
        async recover(name, leftAt) {
          recovered.push(name);
          if (leftAt !== undefined) t.equal(leftAt, Date.UTC(2026, 0, 31), 'when it was left');
        },
      },
      path,
    });
    const putSegment = (name: string, number: number) =>
      put(`${path}.reelroom/segments/${name}/s_0000${number}.ts`, 'media');

    await Promise.all(['left', 'grows', 'live'].map((name) => putSegment(name, 0)));
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'backup.mp4'), 'media');
    await utimes(join(folder, path, 'backup.mp4'), new Date(), new Date('2026-01-31T00:00:00.789Z'));
    await writeFile(join(folder, path, 'no recording'), 'media');
    await run();
    t.same(recovered, [], 'at first sight they may be just about to be seen to');

    await putSegment('grows', 1);
    await run();
    t.same(recovered.splice(0), ['backup.mp4', 'left.mp4']);

    t.ok(hasSuspects(), 'one is to be looked at again soon');
    await run();
    t.same(recovered.splice(0), ['grows.mp4'], 'what stays after that is not looked at each time');
    t.notOk(hasSuspects());
  },
);

t.test('a process ends while it puts a recording together, and the next one does it', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put, keys } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const name = 'room-RM_1-2026-01-31T101530000.mp4';
  const folder = `${config.recordings.path}.reelroom/segments/${name.slice(0, -4)}/`;
  const segments = await makeSegments(t, 6);
  await Promise.all(segments.map((segment, i) => put(`${folder}s_0000${i}.ts`, segment)));

  const first = await buildServices(t, config);
  s3.misbehave((request) => (/^GET .*s_\d+\.ts/.test(request) ? { delayMs: 2_000 } : undefined));
  const recovering = first.lifecycle.recover(name).catch(() => undefined);
  await until('segments to be read', async () => s3.requests.some((request) => /s_\d+\.ts/.test(request)));
  const since = Date.now();
  await first.close();
  t.ok(Date.now() - since < 2_000, `${Date.now() - since} ms`);
  await recovering;
  s3.comeBack();

  const second = await buildServices(t, config);
  await second.lifecycle.recover(name);
  const { durationMs = 0 } = await second.library.get(name);
  t.ok(Math.abs(durationMs - 6_000) < 100, `${durationMs} ms`);
  t.notOk((await keys()).some((key) => key.startsWith(folder)));
});

t.test('what two processes make of a recording whose name tells no time stands at one place', async (t) => {
  const config = testConfig();
  const { path } = config.recordings;
  const { put, keys } = await bucketOf(config);
  const folder = `${path}.reelroom/segments/no time/`;
  const segments = await makeSegments(t, 4);
  await Promise.all(segments.map((segment, i) => put(`${folder}s_0000${i}.ts`, segment)));
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const { lastModified } = await storage.head(`${folder}s_00000.ts`);
  const began = Math.floor((lastModified?.getTime() ?? 0) / 1_000) * 1_000;
  // S3's dates, which are those of whole seconds, are others by then.
  await until('two seconds', async () => Date.now() - began > 2_000);

  const both = [await buildServices(t, config), await buildServices(t, config)];
  // One of them finds the file that the other one has just put together.
  const name = 'no time.mp4';
  await put(path + name, 'media');
  const times = await Promise.all(both.map(({ library }) => library.firstWrittenAt(name)));
  t.same(times, [began, began], 'the file is younger than its first segment');
  const { delete: remove } = await bucketOf(config);
  await remove(path + name);

  await Promise.all(both.map(({ lifecycle }) => lifecycle.recover(name)));
  for (const { library } of both)
    t.match(await library.get(name), { startedAt: began, status: 'ready', endedBy: 'recovered' });
  const entries = await keys(`${path}.reelroom/index/`);
  t.equal(entries.length, 2, entries.join(', '));
  for (const { library, lifecycle } of both) {
    await lifecycle.recover(name);
    t.equal((await library.get(name)).startedAt, began);
    t.equal(await library.firstWrittenAt('none.mp4'), undefined);
  }
  t.equal((await keys(`${path}.reelroom/index/`)).length, 2);
});
