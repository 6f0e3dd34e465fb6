import { mediaSuffix } from '@reelroom/shared';

/** The longest file name that file systems allow, in bytes of UTF-8. */
const maxBytes = 255;

/** `name` with a number before its extension, shortened where it would be too long. */
function numbered(name: string, number: number): string {
  const ending = ` (${number})${mediaSuffix}`;
  let stem = name.slice(0, -mediaSuffix.length);
  while (Buffer.byteLength(stem + ending) > maxBytes) stem = [...stem].slice(0, -1).join('');
  return stem + ending;
}

/** A key that is equal for names that collide on some file system. */
const foldedName = (name: string) => name.normalize('NFC').toLowerCase();

/** Unique names of `.mp4` files for one folder: all but the first of equal ones get a number, ` (2)`. */
export function uniqueNames(names: string[]): string[] {
  const taken = new Set<string>();
  // A numbered name must not take another file's own name.
  const wanted = new Set(names.map(foldedName));
  return names.map((name) => {
    let given = name;
    if (taken.has(foldedName(name)))
      for (let number = 2; given === name || wanted.has(foldedName(given)); number += 1)
        given = numbered(name, number);
    taken.add(foldedName(given));
    wanted.add(foldedName(given));
    return given;
  });
}
