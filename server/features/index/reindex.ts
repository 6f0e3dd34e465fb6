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

/** How many recordings are read concurrently. */
const maxConcurrent = 32;

/** How often a recording whose requests fail is tried. */
const maxTries = 3;

/** How often it starts over when entries are deleted meanwhile. */
const maxPasses = 3;

/** The progress and the result of a reindex. */
export interface ReindexReport {
  /** Recordings that are in the index now. */
  recordings: number;
  /** Entries written, and entries removed. */
  written: number;
  removed: number;
  /** Skipped files, a line for each, a hundred at most. */
  problems: string[];
  problemCount: number;
  /** Whether all entries existed in the end; else they are being deleted. */
  isWhole: boolean;
}

const maxProblems = 100;

/** The deletions under way: their keys, and the names of the recordings of each. */
interface Deletions {
  pending: () => Promise<string[]>;
  namesOf: (key: string) => Promise<string[]>;
}

/**
 * Makes the index match manifests and media, incrementally: correct entries are not written again, and
 * recordings whose entries are newer than their files are not read, so that an interrupted run continues
 * where it was. Safe while the app runs, and for two at once. For each recording one GET and two PUTs at
 * most, one more PUT for one without a manifest of its own; and one LIST per 1,000 files, two per 1,000
 * entries.
 * @param onProgress called for each recording
 */
export async function reindex(
  from: { storage: Storage; index: Index; deletions: Deletions; path: string },
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

/** One pass over all recordings, and over all entries before and after it. */
async function pass(
  { storage, index, deletions, path }: Parameters<typeof reindex>[0],
  report: ReindexReport,
  onProgress: (report: ReindexReport) => void,
): Promise<void> {
  const skip = (key: string, why: string) => {
    report.problemCount += 1;
    if (report.problems.length < maxProblems) report.problems.push(`${key}: ${why}`);
  };

  const snapshot = createSnapshot();
  for await (const { entry, lastModified } of entriesOf(storage, index.root))
    snapshot.add(entry, lastModified);
  const deleting = await namesBeingDeleted(deletions);
  const egressManifests = await listEgressManifests(storage, path, skip);
  /** How many entries there should be in the end. */
  let entryCount = 0;

  async function enterRecording({ name, media, manifest }: FilePair): Promise<void> {
    if (deleting.has(name)) return;
    if (!recordingNameSchema.safeParse(name).success)
      return skip(path + name, 'is not a valid name of a recording');

    const changed = Math.max(...[media, manifest].map((file) => file?.lastModified.getTime() ?? 0));
    const upToDate = media ? snapshot.upToDateEntries(name, changed) : 0;
    if (upToDate > 0) {
      entryCount += upToDate;
      report.recordings += 1;
      return;
    }
    const other = egressManifests.get(name);
    const text = manifest ? await storage.getText(manifest.key) : other;
    if (manifest && !isManifest(text)) skip(manifest.key, 'is no manifest that can be read');
    const recording = media ? describeRecording({ ...media, name }, text) : describeFailure(text);
    if (!recording) return;

    // So that it is found by its name from now on.
    if (!manifest && other !== undefined)
      await storage.putJson(manifestKey(path + name), manifestOf(recording));
    const keys = index.keysOf(recording);
    const missing = keys.filter((key) => !snapshot.markExpected(key));
    await Promise.all(missing.map((key) => storage.putEmpty(key)));
    entryCount += keys.length;
    report.recordings += 1;
    report.written += missing.length;
    onProgress(report);
  }

  await pMap(
    pairFiles(storage.list(path), path),
    async (pair) => {
      if ('name' in pair)
        await withRetries(() => enterRecording(pair)).catch((error: unknown) => {
          if (!(error instanceof RangeError)) throw error;
          skip(path + pair.name, error.message);
        });
      else if (!isEgressManifest(pair.other.key.slice(path.length)))
        skip(pair.other.key, 'is neither a recording nor a manifest');
    },
    { concurrency: maxConcurrent },
  );

  let expectedCount = 0;
  let unexpectedKeys: string[] = [];
  const removeUnexpected = async () => {
    const refused = await storage.deleteEach(unexpectedKeys);
    for (const [key, why] of refused) {
      if (!isLocked(why)) throw why;
      skip(key, 'is stale, and locked');
    }
    report.removed += unexpectedKeys.length - refused.size;
    unexpectedKeys = [];
  };
  for await (const { entry } of entriesOf(storage, index.root)) {
    if (snapshot.isExpected(entry)) expectedCount += 1;
    // Entries written since the start are other processes'.
    else if (snapshot.existedAtStart(entry)) unexpectedKeys.push(entry.key);
    if (unexpectedKeys.length === maxKeysPerRequest) await removeUnexpected();
  }
  if (unexpectedKeys.length > 0) await removeUnexpected();
  report.isWhole = expectedCount >= entryCount;
}

async function withRetries(work: () => Promise<void>): Promise<void> {
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

async function namesBeingDeleted(deletions: Deletions): Promise<Set<string>> {
  const names = new Set<string>();
  for (const order of await deletions.pending())
    for (const name of await deletions.namesOf(order)) names.add(name);
  return names;
}

/** Whether a file is named like a newer Egress's manifest. */
const isEgressManifest = (file: string) =>
  /^EG_.*\.json$/.test(file) && !file.endsWith(mediaSuffix + manifestSuffix);

/** Manifests of a newer Egress, by the names of their media: one GET for each. */
async function listEgressManifests(
  storage: Storage,
  path: string,
  skip: (key: string, why: string) => void,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { key } of storage.list(`${path}EG_`)) {
    if (!isEgressManifest(key.slice(path.length))) continue;
    const text = await storage.getText(key);
    const names = mediaOfManifest(text);
    if (names.length === 0) skip(key, 'is no manifest that can be read');
    for (const name of names) if (text !== undefined) found.set(name, text);
  }
  return found;
}
