import * as z from 'zod/mini';
import { nameSchema } from './name-text.ts';

/**
 * A room's name: free text of 1 to 128 characters and at most 180 bytes of UTF-8, trimmed and composed (NFC).
 * It becomes part of a file name: `/` and `\` would be folders, `{` `}` are Egress's placeholders, `|` breaks
 * LiveKit's clean-up of ended recordings.
 */
export const roomNameSchema = nameSchema(
  'roomName',
  '/\\|{}',
  '/ \\ | { }, control characters or such as turn the direction of text',
);

/** The input of what is about one room. */
export const roomInputSchema = z.object({ roomName: roomNameSchema });
