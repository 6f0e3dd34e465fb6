import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { shareInvalid, shareSignIn } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { domainOf } from '../accounts/openid-account.ts';
import { isKnown, type Viewer } from '../accounts/viewer-cookie.ts';
import { passwordHashSchema } from './password.ts';

const partSchema = z.strictObject({ from: z.number(), to: z.number() });

/** A part of a recording, in s from its beginning. */
export type Part = z.infer<typeof partSchema>;

/** A link's restrictions. Strict: a version must not ignore a restriction that it does not know. */
const restrictionsSchema = z.strictObject({
  part: partSchema.optional(),
  password: passwordHashSchema.optional(),
  /** Domains of e-mail addresses, whose people may watch. */
  domains: z.array(z.string()).optional(),
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

/**
 * Asserts that a link lets somebody in by its domains: the address of one who is known must be of one of them, and not
 * of one below it; names in Unicode and in Punycode are the same.
 * @throws {ReelroomError} SHARE_SIGN_IN
 */
export function assertDomain({ domains }: Restrictions, viewer: Viewer | undefined): void {
  if (!domains) return;
  if (!viewer || !isKnown(viewer)) throw shareSignIn(domains);
  const own = domainToASCII(domainOf(viewer.email));
  if (own === '' || !domains.some((domain) => domainToASCII(domain) === own))
    throw shareSignIn(domains, viewer.email);
}
