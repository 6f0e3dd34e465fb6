import { z } from 'zod';
import { shareInvalid } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { passwordHashSchema } from './password.ts';

const partSchema = z.strictObject({ from: z.number(), to: z.number() });

/** A part of a recording, in s from its beginning. */
export type Part = z.infer<typeof partSchema>;

/** What a link is restricted to. Strict: what a version does not know it must not let pass. */
const restrictionsSchema = z.strictObject({
  part: partSchema.optional(),
  password: passwordHashSchema.optional(),
});
export type Restrictions = z.infer<typeof restrictionsSchema>;

/**
 * Reads a link's restrictions.
 * @throws {ReelroomError} SHARE_INVALID for those that this version does not know
 */
export function parseRestrictions(text: string): Restrictions {
  const restrictions = parseJson(restrictionsSchema, text);
  if (!restrictions) throw shareInvalid();
  return restrictions;
}
