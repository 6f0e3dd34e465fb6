/** A version of an object, or a delete marker, as S3 lists them. */
export interface Version {
  key: string;
  /** `null` for what was stored while the bucket kept none. */
  id: string;
  /** Whether it is what a request without a version finds. */
  isLatest: boolean;
  /** Whether it only says that the object was deleted. */
  isMarker: boolean;
}

/** Keys whose versions are looked for together. */
export interface VersionList {
  /** What all of them begin with. */
  prefix: string;
  keys: string[];
  /** How many LISTs of 1,000 may be spent on what begins so: more of them are dearer than one LIST for each key. */
  maxPages: number;
}

/** How many keys have to be in a folder for one LIST of it to be tried, rather than one for each. */
const worthAList = 8;

/** By their bytes in UTF-8, as S3 orders keys. */
export const compareKeys = (one: string, other: string): number =>
  Buffer.compare(Buffer.from(one), Buffer.from(other));

const folderOf = (key: string) => key.slice(0, key.lastIndexOf('/') + 1);

/**
 * Which LISTs find the versions of `keys`: those of one folder together, such as a recording's segments, where
 * they are many; a LIST for each where they are few, since the folder may hold a whole library.
 */
export function versionLists(keys: string[]): VersionList[] {
  const folders = new Map<string, string[]>();
  for (const key of new Set(keys)) {
    const its = folders.get(folderOf(key));
    if (its) its.push(key);
    else folders.set(folderOf(key), [key]);
  }
  return [...folders].flatMap(([prefix, its]) =>
    its.length < worthAList
      ? its.map((key) => ({ prefix: key, keys: [key], maxPages: Infinity }))
      : [{ prefix, keys: its, maxPages: Math.ceil(its.length / worthAList) }],
  );
}

/**
 * In which order versions are deleted, so that no older one comes to light meanwhile, however
 * much of it is done: those that are not the latest, then the latest.
 */
export const inDeletionOrder = (versions: Version[]): [older: Version[], latest: Version[]] => [
  versions.filter(({ isLatest }) => !isLatest),
  versions.filter(({ isLatest }) => isLatest),
];
