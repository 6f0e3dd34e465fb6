import { z } from 'zod';

const maxCharacters = 128;
const maxBytes = 180;

const encoder = new TextEncoder();
const characters = (text: string) => [...text].length;
const bytes = (text: string) => encoder.encode(text).length;

/**
 * What a room name may not contain, since the name becomes part of a file name:
 * `/` and `\` would be folders, `{` `}` are Egress's own placeholders, `|` breaks
 * LiveKit's clean-up of ended recordings, control characters and lone surrogates
 * cannot be stored or shown.
 */
const forbidden = /[/\\|{}\p{Cc}\p{Cs}]/u;

/**
 * A room's name: free text of 1 to 128 characters and at most 180 bytes of UTF-8,
 * kept as it is written but for white space around it.
 */
export const roomNameSchema = z
  .string({ error: 'roomName is required' })
  .trim()
  .min(1, 'roomName is required')
  .refine((name) => characters(name) <= maxCharacters, {
    error: `roomName is too long: at most ${maxCharacters} characters`,
  })
  .refine((name) => bytes(name) <= maxBytes, {
    error: `roomName is too long: at most ${maxBytes} bytes of UTF-8 (an emoji takes 4 or more)`,
  })
  .refine((name) => !forbidden.test(name), {
    error:
      'roomName may not contain / \\ | { } or control characters: letters, digits, spaces, accents, emoji and other signs are fine',
  })
  .describe(
    `Free text of 1 to ${maxCharacters} characters, at most ${maxBytes} bytes of UTF-8, without / \\ | { } and control characters`,
  );
