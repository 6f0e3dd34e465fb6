/**
 * What a value in a key may not contain: the separators of a row, what S3 servers on a
 * file system take for folders, and what XML, in which S3 answers, has no characters for.
 * But for control characters room names contain none of them, and are kept as they are.
 */
const special = /[/\\|{}\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu;

const letters: Record<string, string> = { '/': 's', '\\': 'b', '|': 'p', '{': 'o', '}': 'c' };
const escapedCharacters = new Map(Object.entries(letters).map(([sign, letter]) => [letter, sign]));

const codeOf = (character: string) => `u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Any text as one that may stand in a key. */
export const encodeKeyPart = (text: string): string =>
  text.replace(special, (sign) => `{${letters[sign] ?? codeOf(sign)}`);

/** The text that {@link encodeKeyPart} was given. */
export const decodeKeyPart = (text: string): string =>
  // Most have nothing to say again, and lists have thousands.
  text.includes('{') ? decodeEscapes(text) : text;

const decodeEscapes = (text: string): string =>
  text.replace(/\{(?:u([0-9a-f]{4})|(.))/gu, (whole, code?: string, letter = '') =>
    code === undefined ? (escapedCharacters.get(letter) ?? whole) : String.fromCharCode(parseInt(code, 16)),
  );
