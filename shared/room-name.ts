import { nameSchema } from './name-text.ts';

/**
 * A room's name: free text of 1 to 128 characters and at most 180 bytes of UTF-8,
 * kept as it is written but for white space around it and how accents are composed. The name becomes
 * part of a file name: `/` and `\` would be folders, `{` `}` are Egress's own placeholders, `|` breaks
 * LiveKit's clean-up of ended recordings.
 */
export const roomNameSchema = nameSchema(
  'roomName',
  '/\\|{}',
  '/ \\ | { }, control characters or such as turn the direction of text',
);
