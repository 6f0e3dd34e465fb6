import { recordingName } from '@reelroom/shared';
import fc from 'fast-check';
import t from 'tap';
import {
  deleteSegments,
  listSegments,
  listThumbnails,
  listWorkingFiles,
  segmentsInOrder,
  workingFiles,
} from '../bucket/layout.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, testConfig } from './support/build.ts';

const lastPart = (key: string) => key.slice(key.lastIndexOf('/') + 1);

t.test('the longest names fit, and no name becomes a pattern', async (t) => {
  fc.assert(
    fc.property(
      fc.constantFrom('%05d', '.', '..', 'é', '🎥', '%', ' ', "'", 'a.mp4'),
      fc.nat(60),
      (sign, times) => {
        const room = sign.repeat(times + 1).slice(0, 45);
        const name = recordingName({ name: room, id: 'RM_abcdefghijkl' }, 0);
        const { segments, images, ...keys } = workingFiles('recordings/', name);
        const all = [
          ...Object.values(keys),
          segments.filenamePrefix,
          segments.playlistName,
          images.filenamePrefix,
        ];
        for (const part of all.flatMap((key) => key.split('/'))) t.ok(Buffer.byteLength(part) <= 255);
        t.match(
          [
            segments.filenamePrefix,
            segments.playlistName,
            segments.livePlaylistName,
            images.filenamePrefix,
          ].map(lastPart),
          ['s', 'index.m3u8', 'live.m3u8', 't'],
        );
      },
    ),
    { numRuns: 50 },
  );
});

t.test('segments are in order of their numbers, other files left out', async (t) => {
  const of = (file: string) => `r/.reelroom/segments/a s_00009.ts/${file}`;
  t.strictSame(
    segmentsInOrder(
      ['s_100000.ts', 's_00010.ts', 'index.m3u8', 's_99999.ts', 's_00009.ts', 's_1.ts', 's_00001.ts.tmp'].map(
        of,
      ),
    ),
    ['s_00009.ts', 's_00010.ts', 's_99999.ts', 's_100000.ts'].map(of),
  );
});

t.test('working files are listed and deleted, those of one recording only', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const name = '100% "Équipe".mp4';
  const mine = workingFiles('recordings/', name);
  const others = workingFiles('recordings/', '100% "Équipe" 2.mp4');
  const segments = Array.from(
    { length: 1_001 },
    (_, index) => `${mine.segmentsFolder}s_${String(index).padStart(5, '0')}.ts`,
  );
  const kept = [`${others.segmentsFolder}s_00000.ts`, others.poster, `recordings/${name}`];
  await Promise.all([...segments, mine.playlist, mine.poster, ...kept].map((key) => put(key, 'x')));

  t.strictSame(await listSegments(storage, 'recordings/', name), segments);
  t.strictSame(await listThumbnails(storage, 'recordings/', name), [mine.poster]);
  t.equal((await listWorkingFiles(storage, 'recordings/', name)).length, segments.length + 2);
  await deleteSegments(storage, 'recordings/', name);
  t.strictSame(await listSegments(storage, 'recordings/', name), []);
  await storage.deleteMany(await listWorkingFiles(storage, 'recordings/', name));
  t.strictSame((await keys()).sort(), kept.sort());
  await deleteSegments(storage, 'recordings/', name);
});
