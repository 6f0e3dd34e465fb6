import { z } from 'zod';
import { shareInvalid } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { passwordHashSchema } from './password.ts';

const partSchema = z.strictObject({ from: z.number(), to: z.number() });

/** A part of a recording, in s from its beginning. */
export type Part = z.infer<typeof partSchema>;

/** A link's restrictions. Strict: a version must not ignore a restriction that it does not know. */
const restrictionsSchema = z.strictObject({
  part: partSchema.optional(),
  password: passwordHashSchema.optional(),
});
export type Restrictions = z.infer<typeof restrictionsSchema>;

/**
 * Reads a link's restrictions.
 * @throws {ReelroomError} SHARE_INVALID for restrictions that this version does not know
 */
export function parseRestrictions(text: string): Restrictions {
  const restrictions = parseJson(restrictionsSchema, text);
  if (!restrictions) throw shareInvalid();
  return restrictions;
}
