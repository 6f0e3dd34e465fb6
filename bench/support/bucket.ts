import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig } from '../../server/config/environment.ts';
import { entryKeys } from '../../server/features/index/key.ts';
import { manifestOf } from '../../server/bucket/manifest.ts';
import { createPresigner } from '../../server/adapters/s3/presign.ts';
import { createStorage } from '../../server/adapters/s3/bucket.ts';
import { recordingName, type Recording } from '../../shared/index.ts';

/** How a bucket of the stack is reached. */
export const configOf = (bucket: string) => loadConfig({ ...process.env, S3_BUCKET: bucket }).s3;

export const root = 'recordings/.reelroom/index/v1/';

/** A URL that lists the newest of a bucket's index, without the SDK's own work in what is measured. */
export const listUrl = (bucket: string, limit: number) =>
  createPresigner(configOf(bucket))(
    'GET',
    undefined,
    { 'list-type': '2', prefix: `${root}all/`, 'max-keys': String(limit) },
    3_600,
  );

const minute = 60_000;
const newest = Date.UTC(2026, 0, 31, 12);
export const roomCount = 20;

/** The i-th recording from the newest, `apart` ms between two. */
const recordingAt = (i: number, apart: number): Recording => {
  const room = { name: `Team meeting ${i % roomCount}`, id: 'RM_abcdefghijkl' };
  const startedAt = newest - i * apart;
  return {
    ...{ id: 'EG_abcdefghijkl', name: recordingName(room, startedAt), roomName: room.name, roomId: room.id },
    ...{ startedAt, size: 123_456_789 + i, durationMs: 1_800_000 + i, width: 1280, height: 720 },
    ...{ status: 'ready', endedBy: 'stop' },
  };
};

/**
 * A bucket of so many recordings that are in the index, ten minutes apart; with
 * `withFiles` their manifests and media are there, too, and with `isSeed` nothing else, with
 * the manifests of the seed. Written as the files that
 * versitygw keeps objects in: a hundred thousand PUTs would take minutes.
 */
export async function fillBucket(
  bucket: string,
  count: number,
  { apart = 10 * minute, withFiles = false, isSeed = false } = {},
): Promise<void> {
  const storage = createStorage(configOf(bucket));
  await storage.makeBucket();
  storage.close();
  const folder = join(process.env.REELROOM_STACK ?? '', 's3', bucket);
  const made = new Set<string>();
  const put = (key: string, content = '') => {
    const file = join(folder, key);
    const parent = dirname(file);
    if (!made.has(parent)) mkdirSync(parent, { recursive: true });
    made.add(parent);
    writeFileSync(file, content);
  };
  for (let i = 0; i < count; i += 1) {
    const recording = recordingAt(i, apart);
    if (!isSeed) for (const key of entryKeys(root, recording)) put(key);
    if (!withFiles && !isSeed) continue;
    const { reelroom, ...seeds } = manifestOf(recording);
    put(`recordings/${recording.name}`, 'media');
    put(`recordings/${recording.name}.json`, JSON.stringify(isSeed ? seeds : { ...seeds, reelroom }));
  }
  if (!isSeed) put(`${root}complete`);
}
