import * as z from 'zod/mini';

const maxCharacters = 128;
const maxBytes = 180;

const encoder = new TextEncoder();
const characters = (text: string) => [...text].length;
const bytes = (text: string) => encoder.encode(text).length;

/** Control characters and lone surrogates, which cannot be stored or shown. */
const unprintable = '\\p{Cc}\\p{Cs}';
/**
 * Bidirectional controls (Unicode UAX #9), which reverse the text after them: they would disguise a name's
 * end.
 */
const bidiControls = '\\u202a-\\u202e\\u2066-\\u2069';

/** Characters that no name or title may contain, for a regular expression's class. */
export const hidden = `${unprintable}${bidiControls}`;

/** Escapes a character for a class of a regular expression. */
const inClass = (character: string) => (/[\]\\^-]/.test(character) ? `\\${character}` : character);

/** Printable ASCII from a code on without the forbidden characters, as the inside of a class. */
function asciiFrom(first: number, forbidden: string): string {
  const ends = [...forbidden, '\u007f'].map((character) => character.charCodeAt(0)).sort((a, b) => a - b);
  const starts = [first, ...ends.map((code) => code + 1)];
  return ends
    .flatMap((end, index) => {
      const start = starts[index] ?? end;
      const [from, to] = [start, end - 1].map((code) => inClass(String.fromCharCode(code)));
      return start < end ? [`${from}-${to}`] : [];
    })
    .join('');
}

/**
 * A regular expression for JSON Schema, many of whose readers support neither `\p` nor the u flag: a
 * non-blank text of at most `most` bytes of UTF-8, without hidden and forbidden characters. It allows `most`
 * characters of ASCII, half as many with Latin and its neighbours, a quarter with any other, so that every
 * match is short enough; the validator itself counts bytes. Without lookahead, which slows generators of
 * examples down to minutes.
 * @param ending its end, a regular expression
 * @param notFirst characters that it may not begin with
 */
export function shortText(most: number, forbidden: string, ending = '', notFirst = ''): string {
  const refused = `\\u0000-\\u001f\\u007f-\\u009f${bidiControls}${[...forbidden].map(inClass).join('')}`;
  const choices = [
    [asciiFrom(0x21, forbidden + notFirst), asciiFrom(0x20, forbidden)],
    [
      `${asciiFrom(0x21, forbidden + notFirst)}\\u00a1-\\u07ff`,
      `${asciiFrom(0x20, forbidden)}\\u00a0-\\u07ff`,
    ],
    [`^${refused}${[...notFirst].map(inClass).join('')}\\s\\ufeff`, `^${refused}`],
  ].map(([first, rest], index) => `[${first}][${rest}]{0,${Math.floor(most / 2 ** index) - 1}}`);
  return `^ *(?:${choices.join('|')})${ending}$`;
}

/**
 * A user-given name: 1 to 128 characters and at most 180 bytes of UTF-8, within LiveKit's limits (256 bytes
 * for a room's name, and for a participant's identity, which has a suffix); composed (Unicode NFC), so that
 * equal-looking names are equal, and trimmed.
 * @param field its name in messages
 * @param forbidden characters that it may not contain, besides hidden ones
 * @param rule describes them to people
 */
export function nameSchema(field: string, forbidden: string, rule: string) {
  const refused = new RegExp(`[${hidden}${[...forbidden].map(inClass).join('')}]`, 'u');
  return z.string({ error: `${field} is required` }).check(
    z.normalize('NFC'),
    // With its spaces, as JSON Schema counts.
    z.refine((name) => characters(name) <= maxCharacters, {
      error: `${field} is too long: at most ${maxCharacters} characters`,
      params: { most: maxCharacters },
    }),
    z.trim(),
    z.minLength(1, `${field} is required`),
    z.refine((name) => bytes(name) <= maxBytes, {
      error: `${field} is too long: at most ${maxBytes} bytes of UTF-8 (an emoji takes 4 or more)`,
      params: { mostBytes: maxBytes },
    }),
    z.refine((name) => !refused.test(name), {
      error: `${field} may not contain ${rule}: letters, digits, spaces, accents, emoji and other symbols are fine`,
    }),
    z.meta({ maxLength: maxCharacters, pattern: shortText(maxBytes, forbidden) }),
    z.describe(
      `Free text of 1 to ${maxCharacters} characters, at most ${maxBytes} bytes of UTF-8, without ${rule}; composed (NFC)`,
    ),
  );
}
