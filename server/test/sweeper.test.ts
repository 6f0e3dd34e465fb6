import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createBackup } from '../features/recordings/backup.ts';
import { createSweeper } from '../features/recordings/sweeper.ts';
import { createStorage } from '../plugins/storage/storage.ts';
import { bucketOf, testConfig } from './support/build.ts';

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
    const { sweep, hasSuspects } = createSweeper({
      storage,
      backup: createBackup({ storage, folder, path }),
      lifecycle: {
        isLive: (name) => name === 'live.mp4',
        recover: async (name) => void recovered.push(name),
      },
      path,
    });
    const putSegment = (name: string, number: number) =>
      put(`${path}.reelroom/segments/${name}/s_0000${number}.ts`, 'media');

    await Promise.all(['left', 'grows', 'live'].map((name) => putSegment(name, 0)));
    await mkdir(join(folder, path), { recursive: true });
    await writeFile(join(folder, path, 'backup.mp4'), 'media');
    await writeFile(join(folder, path, 'no recording'), 'media');
    await sweep();
    t.same(recovered, [], 'at first sight they may be just about to be seen to');

    await putSegment('grows', 1);
    await sweep();
    t.same(recovered.splice(0), ['backup.mp4', 'left.mp4']);

    t.ok(hasSuspects(), 'one is to be looked at again soon');
    await sweep();
    t.same(recovered.splice(0), ['grows.mp4'], 'what stays after that is not looked at each time');
    t.notOk(hasSuspects());
  },
);
