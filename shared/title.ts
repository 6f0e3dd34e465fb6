import { z } from 'zod';
import { hidden } from './name-text.ts';

const maxCharacters = 200;

const refused = new RegExp(`[${hidden}]`, 'u');

/** A recording's title: free text of 1 to 200 characters; its file keeps its name. */
export const titleSchema = z
  .string({ error: 'title must be a text' })
  .normalize('NFC')
  .trim()
  .min(1, 'title must not be empty')
  .refine((title) => [...title].length <= maxCharacters, {
    error: `title is too long: at most ${maxCharacters} characters`,
  })
  .refine((title) => !refused.test(title), {
    error: 'title may not contain control characters or such as turn the direction of text',
  })
  .describe('What people call it: 1 to 200 characters');
