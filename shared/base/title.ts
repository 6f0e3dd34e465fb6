import * as z from 'zod/mini';
import { hidden } from './name-text.ts';

const maxCharacters = 200;

const refused = new RegExp(`[${hidden}]`, 'u');

/** A recording's title: free text of 1 to 200 characters; its file keeps its name. */
export const titleSchema = z.string({ error: 'title must be a text' }).check(
  z.normalize('NFC'),
  z.trim(),
  z.minLength(1, 'title must not be empty'),
  z.refine((title) => [...title].length <= maxCharacters, {
    error: `title is too long: at most ${maxCharacters} characters`,
  }),
  z.refine((title) => !refused.test(title), {
    error: 'title may not contain control characters or such as turn the direction of text',
  }),
  z.describe('What people call it: 1 to 200 characters'),
);
