/** A version of an object, or a delete marker, as S3 lists them. */
export interface Version {
  key: string;
  /** `null` for an object stored while the bucket was not versioned. */
  id: string;
  /** Whether a request without a version id finds it. */
  isLatest: boolean;
  /** Whether it is a delete marker. */
  isMarker: boolean;
}

/** Keys whose versions are listed together. */
export interface VersionList {
  /** Their common prefix. */
  prefix: string;
  keys: string[];
  /** The most LISTs of 1,000 to spend on the prefix: more cost more than one LIST per key. */
  maxPages: number;
}

/** From how many keys on a folder is listed as a whole, rather than each key. */
const minKeysPerList = 8;

/** Compares keys in S3's order, by their bytes in UTF-8. */
export const compareKeys = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

const folderOf = (key: string) => key.slice(0, key.lastIndexOf('/') + 1);

/**
 * The LISTs that find the versions of `keys`: one per folder with many of them, such as a recording's
 * segments; one per key where they are few, since the folder may hold a whole library.
 */
export function versionLists(keys: string[]): VersionList[] {
  const folders = new Map<string, string[]>();
  for (const key of new Set(keys)) {
    const its = folders.get(folderOf(key));
    if (its) its.push(key);
    else folders.set(folderOf(key), [key]);
  }
  return [...folders].flatMap(([prefix, its]) =>
    its.length < minKeysPerList
      ? its.map((key) => ({ prefix: key, keys: [key], maxPages: Infinity }))
      : [{ prefix, keys: its, maxPages: Math.ceil(its.length / minKeysPerList) }],
  );
}

/**
 * Versions in deletion order, so that no older one becomes current at any point: those that are not the
 * latest, then the latest.
 */
export const inDeletionOrder = (versions: Version[]): [older: Version[], latest: Version[]] => [
  versions.filter(({ isLatest }) => !isLatest),
  versions.filter(({ isLatest }) => isLatest),
];
