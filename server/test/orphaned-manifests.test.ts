import type { Recording } from '@reelroom/shared';
import t, { type Test } from 'tap';
import { manifestOf } from '../bucket/manifest.ts';
import { createDeleteOrphanedManifests } from '../jobs/orphaned-manifests.ts';
import { workingFiles } from '../bucket/layout.ts';
import { createStorage, type Storage } from '../adapters/s3/bucket.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { recordedLog } from './support/log.ts';

const day = 24 * 3_600_000;
const path = 'recordings/';
const nameOf = (what: string) => `${what}-RM_1-2026-01-31T101530000.mp4`;

/** A manifest of ours. */
const ours = (name: string, over: Partial<Recording> = {}) =>
  JSON.stringify(
    manifestOf({
      ...{ id: 'EG_1', name, roomName: 'room', roomId: 'RM_1', startedAt: 1_769_854_530_000 },
      ...{ size: 5, status: 'ready', endedBy: 'stop', ...over },
    }),
  );

/** One of Egress. */
const egress = JSON.stringify({ egress_id: 'EG_1', room_id: 'RM_1', room_name: 'room', started_at: 1 });

/** A bucket, and what clears it `days` from now. */
async function library(t: Test, over: Partial<Storage> = {}) {
  const config = testConfig();
  const bucket = await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const { log, lines } = recordedLog();
  let days = 0;
  const clear = createDeleteOrphanedManifests({
    storage: { ...storage, now: () => new Date(Date.now() + days * day), ...over },
    backup: { names: async () => [nameOf('with its recorder')] },
    isLive: (name) => name === nameOf('under way'),
    ...{ path, log },
  });
  return {
    ...bucket,
    storage,
    lines,
    clearIn(after: number) {
      days = after;
      return clear();
    },
  };
}

t.test('a manifest whose media never came goes, and no other', async (t) => {
  const { put, keys, lines, clearIn } = await library(t);
  const stays: Record<string, string> = {
    'with media': ours(nameOf('with media')),
    'with segments': egress,
    'under way': egress,
    'with its recorder': egress,
    failed: ours(nameOf('failed'), { status: 'failed', failure: 'RECORDER_FAILED' }),
    kept: ours(nameOf('kept'), { keep: true }),
    'not to be read': 'no JSON',
  };
  for (const [what, manifest] of Object.entries(stays)) await put(`${path}${nameOf(what)}.json`, manifest);
  await put(path + nameOf('with media'), 'media');
  await put(`${workingFiles(path, nameOf('with segments')).segmentsFolder}s_00000.ts`, 'a segment');
  await put(`${path}sub/${nameOf('elsewhere')}.json`, egress);
  await put(`${path}EG_1.json`, egress);
  const before = await keys();
  for (const [what, manifest] of [
    ['deleted meanwhile', ours(nameOf('deleted meanwhile'))],
    ['Équipe "A" 🎥', egress],
  ] as const)
    await put(`${path}${nameOf(what)}.json`, manifest);
  const all = await keys();

  await clearIn(6);
  await clearIn(6.9);
  t.same(await keys(), all, 'not within a week');
  await clearIn(7.1);
  t.same(await keys(), all, 'not at the first look');
  await clearIn(8.1);
  t.same(await keys(), before);
  t.same(lines, ['info: deleted manifests of recordings without media']);
});

t.test('one that is written again stays, also in the moment in which it would go', async (t) => {
  const name = nameOf('room');
  let isHit = false;
  const { put, keys, clearIn, storage } = await library(t, {
    head: async (key) => {
      const head = await storage.head(key);
      if (isHit) await put(`${path}${name}.json`, ours(name, { title: 'found again' }));
      return head;
    },
  });
  await put(`${path}${name}.json`, ours(name));
  await clearIn(8);
  await put(`${path}${name}.json`, ours(name, { title: 'somebody was here' }));
  await clearIn(9);
  t.equal((await keys()).length, 1, 'it is another since the first look');
  isHit = true;
  await clearIn(10);
  t.equal((await keys()).length, 1, 'it is another since it was read');
});
