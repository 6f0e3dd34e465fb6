import { z } from 'zod';

const maxCharacters = 200;

/** What people call a recording: free text of 1 to 200 characters; its file keeps its name. */
export const titleSchema = z
  .string({ error: 'title must be a text' })
  .trim()
  .min(1, 'title must not be empty')
  .refine((title) => [...title].length <= maxCharacters, {
    error: `title is too long: at most ${maxCharacters} characters`,
  })
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'title may not contain control characters')
  .describe('What people call it: 1 to 200 characters');
