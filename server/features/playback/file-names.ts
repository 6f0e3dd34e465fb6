import { mediaSuffix } from '@reelroom/shared';

/** Most bytes of UTF-8 that file systems allow in a file's name. */
const maxBytes = 255;

/** `name` with its number before the ending; cut where it would be too long. */
function numbered(name: string, number: number): string {
  const ending = ` (${number})${mediaSuffix}`;
  let stem = name.slice(0, -mediaSuffix.length);
  while (Buffer.byteLength(stem + ending) > maxBytes) stem = [...stem].slice(0, -1).join('');
  return stem + ending;
}

/** What two names have in common that are one on some file system. */
const foldedName = (name: string) => name.normalize('NFC').toLowerCase();

/** Names of `.mp4` files for one folder: of those that are the same all but the first get a number, ` (2)`. */
export function uniqueNames(names: string[]): string[] {
  const taken = new Set<string>();
  // What nobody has to give way for comes first.
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
