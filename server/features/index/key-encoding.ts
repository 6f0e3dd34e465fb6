/**
 * Characters that a value in a key may not contain: the separators of a row, those with a meaning to S3
 * servers on a file system, and those that XML, the format of S3's lists, cannot represent. Room names
 * contain none of them but control characters.
 */
const special = /[/\\|{}\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu;

const letters: Record<string, string> = { '/': 's', '\\': 'b', '|': 'p', '{': 'o', '}': 'c' };
const escapedCharacters = new Map(Object.entries(letters).map(([sign, letter]) => [letter, sign]));

const codeOf = (character: string) => `u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Encodes text for a key. */
export const encodeKeyPart = (text: string): string =>
  text.replace(special, (sign) => `{${letters[sign] ?? codeOf(sign)}`);

/** Decodes {@link encodeKeyPart}. */
export const decodeKeyPart = (text: string): string =>
  // Most texts have no escapes, and lists have thousands of texts.
  text.includes('{') ? decodeEscapes(text) : text;

const decodeEscapes = (text: string): string =>
  text.replace(/\{(?:u([0-9a-f]{4})|(.))/gu, (whole, code?: string, letter = '') =>
    code === undefined ? (escapedCharacters.get(letter) ?? whole) : String.fromCharCode(parseInt(code, 16)),
  );
