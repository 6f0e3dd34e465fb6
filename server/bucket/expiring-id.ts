import { randomBytes } from 'node:crypto';

/** The digits of base 36 in which an id says when it expires. */
const timeDigits = 9;

/**
 * Ids that begin with their expiry, so that a LIST says what has expired: nine digits of base 36, in ms since
 * 1970, and random hexadecimal digits.
 * @param bytes how many random bytes an id has
 */
function expiringIds(bytes: number) {
  const pattern = new RegExp(`^[0-9a-z]{${timeDigits}}[0-9a-f]{${2 * bytes}}$`);
  return {
    /** What an id looks like. */
    pattern,

    /** A new id. */
    create: (expiresAt: number): string =>
      expiresAt.toString(36).padStart(timeDigits, '0') + randomBytes(bytes).toString('hex'),

    /** When an id expires, in ms since 1970; undefined for what is no id. */
    expiryOf: (id: string): number | undefined =>
      pattern.test(id) ? Number.parseInt(id.slice(0, timeDigits), 36) : undefined,
  };
}

/** The ids of invites to rooms. */
export const inviteIds = expiringIds(8);

/** The ids of sessions. */
export const sessionIds = expiringIds(16);
