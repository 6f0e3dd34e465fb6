import { z } from 'zod';
import type { Account } from './password.ts';

/** Which of a provider's users may sign in, and with which role. */
export interface OpenidRules {
  /** The domains of verified e-mail addresses; `*` allows all. When empty, addresses do not matter. */
  allowedDomains: readonly string[];
  memberGroups: readonly string[];
  adminGroups: readonly string[];
  /** The name of the claim that lists groups. */
  groupsClaim: string;
}

const claimsSchema = z.looseObject({
  iss: z.string(),
  sub: z.string().min(1),
  name: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  email_verified: z.boolean().optional().catch(undefined),
});

type Claims = z.infer<typeof claimsSchema>;

/** The domain of an e-mail address, as it is compared. Pure. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf('@') + 1).toLowerCase();

const emailIn = ({ email, email_verified: isVerified }: Claims): string | undefined =>
  isVerified && email?.includes('@') ? email : undefined;

/** Somebody's e-mail address, if the provider says that it has verified it. Pure. */
export function verifiedEmail(claims: unknown): string | undefined {
  const { data } = claimsSchema.safeParse(claims);
  return data && emailIn(data);
}

const groupsSchema = z.union([z.array(z.string()), z.string().transform((group) => [group])]).catch([]);

/**
 * The account of a user, from the provider's claims (OpenID Connect Core §5.1); undefined where the rules do not
 * allow it. The account is identified by the subject, since addresses and names can be reassigned. Pure.
 */
export function accountOf(claims: unknown, rules: OpenidRules): Account | undefined {
  const { data } = claimsSchema.safeParse(claims);
  if (!data) return undefined;
  const { iss, sub, email, name = email ?? sub } = data;
  const groups = groupsSchema.parse(data[rules.groupsClaim]);
  const isIn = (wanted: readonly string[]) => groups.some((group) => wanted.includes(group));
  const verified = emailIn(data);
  const domain = verified === undefined ? undefined : domainOf(verified);

  const { allowedDomains, memberGroups, adminGroups } = rules;
  const isOfDomain =
    allowedDomains.includes('*') || (domain !== undefined && allowedDomains.includes(domain));
  if (allowedDomains.length > 0 && !isOfDomain) return undefined;
  const id = `openid:${iss} ${sub}`;
  if (isIn(adminGroups)) return { id, name, role: 'admin' };
  const isMember = memberGroups.length > 0 ? isIn(memberGroups) : allowedDomains.length > 0;
  return isMember ? { id, name, role: 'member' } : undefined;
}
