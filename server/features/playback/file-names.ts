import { mediaSuffix } from '@reelroom/shared';

/** The longest file name that file systems allow, in bytes of UTF-8. */
const maxBytes = 255;

/** `stem` with an ending, shortened where that would be too long. */
function withEnding(stem: string, ending: string): string {
  let kept = stem;
  while (Buffer.byteLength(kept + ending) > maxBytes) kept = [...kept].slice(0, -1).join('');
  return kept + ending;
}

/** A key that is equal for names that collide on some file system. */
const foldedName = (name: string) => name.normalize('NFC').toLowerCase();

/**
 * Unique names of files for one folder, all of them with the extension `suffix`: all but the first of equal ones get
 * a number, ` (2)`.
 */
export function uniqueNames(names: string[], suffix: string = mediaSuffix): string[] {
  const taken = new Set<string>();
  // A numbered name must not take another file's own name.
  const wanted = new Set(names.map(foldedName));
  return names.map((name) => {
    let given = name;
    if (taken.has(foldedName(name)))
      for (let number = 2; given === name || wanted.has(foldedName(given)); number += 1)
        given = withEnding(name.slice(0, -suffix.length), ` (${number})${suffix}`);
    taken.add(foldedName(given));
    wanted.add(foldedName(given));
    return given;
  });
}

const receiptsSuffix = '.consent.json';

/** Unique names for the receipts beside `.mp4` files of unique names: `Kick-off.consent.json`. */
export const receiptNames = (videos: string[]): string[] =>
  uniqueNames(
    videos.map((name) => withEnding(name.slice(0, -mediaSuffix.length), receiptsSuffix)),
    receiptsSuffix,
  );
