import * as z from 'zod/mini';

const maxCharacters = 128;
const maxBytes = 180;

const encoder = new TextEncoder();
const characters = (text: string) => [...text].length;
const bytes = (text: string) => encoder.encode(text).length;

/** Control characters and lone surrogates, which cannot be stored or shown. */
const unshowable = '\\p{Cc}\\p{Cs}';
/** What makes the text behind it read in the other direction (Unicode UAX #9): it would hide what a name ends in. */
const turning = '\\u202a-\\u202e\\u2066-\\u2069';

/** What no name or title may contain. */
export const hidden = `${unshowable}${turning}`;

/** A character as it stands in a class of a regular expression. */
const inClass = (character: string) => (/[\]\\^-]/.test(character) ? `\\${character}` : character);

/** ASCII from a code on that can be shown, as the inside of a class: what is between the characters that are forbidden. */
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
 * A regular expression for JSON Schema, many of whose readers know neither `\p` nor the u flag: a text that is not
 * blank, of `most` bytes of UTF-8 at most, without what is hidden and what is forbidden. ASCII may have them all, Latin
 * and its neighbours half as many characters, any other a quarter, so that whatever it takes is short enough; the
 * validator itself counts. Without lookahead, by which generators of examples take minutes.
 * @param ending what it ends in, a regular expression
 * @param notFirst characters that it does not begin with
 */
export function shortText(most: number, forbidden: string, ending = '', notFirst = ''): string {
  const refused = `\\u0000-\\u001f\\u007f-\\u009f${turning}${[...forbidden].map(inClass).join('')}`;
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
 * A name that people give: 1 to 128 characters and at most 180 bytes of UTF-8, so that LiveKit takes it (256 bytes for
 * the name of a room, and for a participant's identity, which has something behind their name); composed (Unicode
 * NFC), so that what looks the same is the same, and without white space around it.
 * @param field how messages call it
 * @param forbidden characters that it may not contain, beside what is hidden
 * @param rule says that to people
 */
export function nameSchema(field: string, forbidden: string, rule: string) {
  const refused = new RegExp(`[${hidden}${[...forbidden].map(inClass).join('')}]`, 'u');
  return z.string({ error: `${field} is required` }).check(
    z.normalize('NFC'),
    z.trim(),
    z.minLength(1, `${field} is required`),
    z.refine((name) => characters(name) <= maxCharacters, {
      error: `${field} is too long: at most ${maxCharacters} characters`,
    }),
    z.refine((name) => bytes(name) <= maxBytes, {
      error: `${field} is too long: at most ${maxBytes} bytes of UTF-8 (an emoji takes 4 or more)`,
    }),
    z.refine((name) => !refused.test(name), {
      error: `${field} may not contain ${rule}: letters, digits, spaces, accents, emoji and other signs are fine`,
    }),
    z.meta({ maxLength: maxCharacters, pattern: shortText(maxBytes, forbidden) }),
    z.describe(
      `Free text of 1 to ${maxCharacters} characters, at most ${maxBytes} bytes of UTF-8, without ${rule}; composed (NFC)`,
    ),
  );
}
