import { manifestSuffix, mediaSuffix, recordingNameSchema } from '@reelroom/shared';
import pMap from 'p-map';
import { keysAtOnce, type Storage } from '../../../plugins/storage.ts';
import type { Erase } from '../erase.ts';
import {
  describeFailure,
  describeRecording,
  isManifest,
  manifestKey,
  manifestOf,
  mediaOfManifest,
} from '../manifest.ts';
import { readEntry } from './key.ts';
import { pairFiles, type FilePair } from './pair-files.ts';
import { createSnapshot } from './snapshot.ts';
import type { Index } from './store.ts';

/** How many recordings are read at once. */
const atOnce = 32;

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
}

const maxProblems = 100;

/**
 * Makes the index what manifests and media ask for, beginning with whatever there is of
 * it: entries that are right are not written again, and those that are newer than what they
 * are made of are not even looked into, so that one that was broken off goes on where it
 * was. Safe while the app runs, and for two at once. For each recording one GET and two
 * PUTs at most, a PUT more for one that has no manifest of its own; and one LIST for 1,000
 * files or entries.
 * @param onProgress hears of each recording
 */
export async function reindex({
  storage,
  index,
  erase,
  path,
  onProgress,
}: {
  storage: Storage;
  index: Index;
  erase: Erase;
  path: string;
  onProgress: (report: ReindexReport) => void;
}): Promise<ReindexReport> {
  const report: ReindexReport = { recordings: 0, written: 0, removed: 0, problems: [], problemCount: 0 };
  const passOver = (key: string, why: string) => {
    report.problemCount += 1;
    if (report.problems.length < maxProblems) report.problems.push(`${key}: ${why}`);
  };

  async function* entries() {
    for await (const object of everything(storage, index.root)) {
      const entry = readEntry(index.root, object.key);
      if (entry) yield { entry, lastModified: object.lastModified };
    }
  }

  async function readOrders(): Promise<Set<string>> {
    const names = new Set<string>();
    for (const order of await erase.pending()) for (const name of await erase.namesOf(order)) names.add(name);
    return names;
  }

  /** Manifests of a newer Egress, whose names are not those of the media: by the names of the media. */
  async function readOtherManifests(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for await (const { key } of storage.list(`${path}EG_`)) {
      if (!key.endsWith(manifestSuffix) || key.endsWith(mediaSuffix + manifestSuffix)) continue;
      const text = await storage.getText(key);
      const names = mediaOfManifest(text);
      if (names.length === 0) passOver(key, 'is no manifest that can be read');
      for (const name of names) if (text !== undefined) found.set(name, text);
    }
    return found;
  }

  const snapshot = createSnapshot();
  for await (const { entry, lastModified } of entries()) snapshot.add(entry, lastModified);
  const [deleting, otherManifests] = await Promise.all([readOrders(), readOtherManifests()]);

  async function enter({ name, media, manifest }: FilePair): Promise<void> {
    if (deleting.has(name)) return;
    if (!recordingNameSchema.safeParse(name).success)
      return passOver(path + name, 'is no name that a recording can have');

    const written = [media, manifest].map((file) => file?.lastModified.getTime() ?? 0);
    if (media && snapshot.isCurrent(name, new Date(Math.max(...written)))) {
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
    const missing = index.keysOf(recording).filter((key) => !snapshot.has(key));
    await Promise.all(missing.map((key) => storage.putEmpty(key)));
    report.recordings += 1;
    report.written += missing.length;
    onProgress(report);
  }

  const isOtherManifest = (name: string) => /^EG_[^/]*\.json$/.test(name);
  await pMap(
    pairFiles(storage.list(path), path),
    async (pair) => {
      if ('name' in pair)
        await enter(pair).catch((error: unknown) => {
          if (!(error instanceof RangeError)) throw error;
          passOver(path + pair.name, error.message);
        });
      else if (!isOtherManifest(pair.other.key.slice(path.length)))
        passOver(pair.other.key, 'is neither a recording nor a manifest');
    },
    { concurrency: atOnce },
  );

  // What was there from the beginning, and is of no recording: what has come since is.
  let left: string[] = [];
  const removeLeft = async () => {
    await storage.deleteMany(left);
    report.removed += left.length;
    left = [];
  };
  if (snapshot.hasLeft())
    for await (const { entry } of entries()) {
      if (snapshot.isLeft(entry)) left.push(entry.key);
      if (left.length === keysAtOnce) await removeLeft();
    }
  if (left.length > 0) await removeLeft();

  await index.markBuilt();
  return report;
}

/** All objects whose keys begin with `prefix`, in folders too: one LIST per 1,000. */
async function* everything(storage: Storage, prefix: string) {
  let startAfter: string | undefined;
  do {
    const { objects, isTruncated } = await storage.listPage({ prefix, startAfter });
    yield* objects;
    startAfter = isTruncated ? objects.at(-1)?.key : undefined;
  } while (startAfter !== undefined);
}
