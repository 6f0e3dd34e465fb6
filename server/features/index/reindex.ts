import { manifestSuffix, mediaSuffix, recordingNameSchema } from '@reelroom/shared';
import pMap from 'p-map';
import { isLocked } from '../../lib/errors.ts';
import { maxKeysPerRequest } from '../../adapters/s3/deletes.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import {
  describeFailure,
  describeRecording,
  isManifest,
  manifestKey,
  manifestOf,
  mediaOfManifest,
} from '../../bucket/manifest.ts';
import { readEntry } from './key.ts';
import { pairFiles, type FilePair } from './pair-files.ts';
import { createSnapshot } from './snapshot.ts';
import type { Index } from './store.ts';

/** How many recordings are read at once. */
const atOnce = 32;

/** How often a recording is tried whose requests fail: of many that are under way some may have bad luck. */
const maxTries = 3;

/** How often it begins again when entries are taken away under its hands. */
const maxPasses = 3;

/** How far a reindex is, and in the end what it has done. */
export interface ReindexReport {
  /** Recordings that are in the index now. */
  recordings: number;
  /** Entries that were written, and those that were taken out. */
  written: number;
  removed: number;
  /** What is there and was passed over, a line for each, a hundred at most. */
  problems: string[];
  problemCount: number;
  /** Whether all entries were there in the end; else somebody takes them away. */
  isWhole: boolean;
}

const maxProblems = 100;

/** The deletions under way: their keys, and the names of the recordings of each. */
interface Deletions {
  pending: () => Promise<string[]>;
  namesOf: (key: string) => Promise<string[]>;
}

/**
 * Makes the index what manifests and media ask for, beginning with whatever there is of
 * it: entries that are right are not written again, and those that are newer than what they
 * are made of are not even looked into, so that one that was broken off goes on where it
 * was. Safe while the app runs, and for two at once. For each recording one GET and two
 * PUTs at most, a PUT more for one that has no manifest of its own; and one LIST for 1,000
 * files, two for 1,000 entries.
 * @param onProgress hears of each recording
 */
export async function reindex(
  from: { storage: Storage; index: Index; erase: Deletions; path: string },
  onProgress: (report: ReindexReport) => void,
): Promise<ReindexReport> {
  const report: ReindexReport = {
    ...{ recordings: 0, written: 0, removed: 0, problems: [], problemCount: 0, isWhole: false },
  };
  for (let passes = 0; passes < maxPasses && !report.isWhole; passes += 1) {
    Object.assign(report, { recordings: 0, problems: [], problemCount: 0 });
    await pass(from, report, onProgress);
  }
  if (report.isWhole) await from.index.markBuilt();
  return report;
}

/** Once through all recordings, and through all entries before and behind it. */
async function pass(
  { storage, index, erase, path }: Parameters<typeof reindex>[0],
  report: ReindexReport,
  onProgress: (report: ReindexReport) => void,
): Promise<void> {
  const passOver = (key: string, why: string) => {
    report.problemCount += 1;
    if (report.problems.length < maxProblems) report.problems.push(`${key}: ${why}`);
  };

  const snapshot = createSnapshot();
  for await (const { entry, lastModified } of entriesOf(storage, index.root))
    snapshot.add(entry, lastModified);
  const deleting = await namesBeingDeleted(erase);
  const otherManifests = await manifestsOfEgress(storage, path, passOver);

  async function enter({ name, media, manifest }: FilePair): Promise<void> {
    if (deleting.has(name)) return;
    if (!recordingNameSchema.safeParse(name).success)
      return passOver(path + name, 'is no name that a recording can have');

    const changed = Math.max(...[media, manifest].map((file) => file?.lastModified.getTime() ?? 0));
    if (media && snapshot.isCurrent(name, changed)) {
      report.recordings += 1;
      return;
    }
    const other = otherManifests.get(name);
    const text = manifest ? await storage.getText(manifest.key) : other;
    if (manifest && !isManifest(text)) passOver(manifest.key, 'is no manifest that can be read');
    const recording = media ? describeRecording({ ...media, name }, text) : describeFailure(text);
    if (!recording) return;

    // From now on it is found by its name.
    if (!manifest && other !== undefined)
      await storage.putJson(manifestKey(path + name), manifestOf(recording));
    const missing = index.keysOf(recording).filter((key) => !snapshot.isThere(key));
    await Promise.all(missing.map((key) => storage.putEmpty(key)));
    report.recordings += 1;
    report.written += missing.length;
    onProgress(report);
  }

  await pMap(
    pairFiles(storage.list(path), path),
    async (pair) => {
      if ('name' in pair)
        await withTries(() => enter(pair)).catch((error: unknown) => {
          if (!(error instanceof RangeError)) throw error;
          passOver(path + pair.name, error.message);
        });
      else if (!isOfEgress(pair.other.key.slice(path.length)))
        passOver(pair.other.key, 'is neither a recording nor a manifest');
    },
    { concurrency: atOnce },
  );

  let right = 0;
  let wrong: string[] = [];
  const removeWrong = async () => {
    const refused = await storage.deleteEach(wrong);
    for (const [key, why] of refused) {
      if (!isLocked(why)) throw why;
      passOver(key, 'is not right, and locked');
    }
    report.removed += wrong.length - refused.size;
    wrong = [];
  };
  for await (const { entry } of entriesOf(storage, index.root)) {
    if (snapshot.isRight(entry)) right += 1;
    // What has come since the beginning is somebody else's.
    else if (snapshot.wasThere(entry)) wrong.push(entry.key);
    if (wrong.length === maxKeysPerRequest) await removeWrong();
  }
  if (wrong.length > 0) await removeWrong();
  report.isWhole = right >= report.recordings * 2;
}

async function withTries(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === maxTries || error instanceof RangeError) throw error;
    }
  }
}

/** All entries of the index: one LIST per 1,000. */
async function* entriesOf(storage: Storage, root: string) {
  let startAfter: string | undefined;
  do {
    const { objects, isTruncated } = await storage.listPage({ prefix: root, startAfter });
    for (const { key, lastModified } of objects) {
      const entry = readEntry(root, key);
      if (entry) yield { entry, lastModified };
    }
    startAfter = isTruncated ? objects.at(-1)?.key : undefined;
  } while (startAfter !== undefined);
}

async function namesBeingDeleted(erase: Deletions): Promise<Set<string>> {
  const names = new Set<string>();
  for (const order of await erase.pending()) for (const name of await erase.namesOf(order)) names.add(name);
  return names;
}

/** Whether a file has the name of a manifest as a newer Egress writes it. */
const isOfEgress = (file: string) =>
  /^EG_.*\.json$/.test(file) && !file.endsWith(mediaSuffix + manifestSuffix);

/** Manifests of a newer Egress, by the names of the media that they are about: one GET for each. */
async function manifestsOfEgress(
  storage: Storage,
  path: string,
  passOver: (key: string, why: string) => void,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { key } of storage.list(`${path}EG_`)) {
    if (!isOfEgress(key.slice(path.length))) continue;
    const text = await storage.getText(key);
    const names = mediaOfManifest(text);
    if (names.length === 0) passOver(key, 'is no manifest that can be read');
    for (const name of names) if (text !== undefined) found.set(name, text);
  }
  return found;
}
