import { createHash } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** The cost of argon2id (RFC 9106): 64 MiB and three passes take one core about a tenth of a second. */
const cost = { memoryCost: 65_536, timeCost: 3, parallelism: 1 };

/** Hashes a password by argon2id, with a random salt; returns a PHC string. */
export const hashPassword = (password: string): Promise<string> => hash(password, cost);

/** An account, as sessions and rooms refer to it. */
export interface Account {
  /** `admin`, or `member:` and a name or address. */
  id: string;
  name: string;
  role: 'admin' | 'member';
}

const adminName = 'admin';

/**
 * The accounts that sign in by password.
 * @param adminPasswordHash the hash of the account `admin`, if there is one
 * @param memberPasswordHashes the hashes of members, each `NAME:HASH`
 */
export function createPasswords({
  adminPasswordHash,
  memberPasswordHashes,
}: {
  adminPasswordHash?: string | undefined;
  memberPasswordHashes: readonly string[];
}) {
  const hashes = new Map(
    memberPasswordHashes.map((entry): [string, string] => {
      const at = entry.indexOf(':');
      return [entry.slice(0, at), entry.slice(at + 1)];
    }),
  );
  if (adminPasswordHash !== undefined) hashes.set(adminName, adminPasswordHash);
  const [anyHash] = hashes.values();

  const accountOf = (name: string): Account =>
    name === adminName ? { id: name, name, role: 'admin' } : { id: `member:${name}`, name, role: 'member' };

  // Verified one at a time, so that many attempts use 64 MiB and one core at most.
  let turn: Promise<unknown> = Promise.resolve();
  function isRight(password: string, stored: string): Promise<boolean> {
    const verified = turn.then(() => verify(stored, password));
    turn = verified.catch(() => undefined);
    return verified;
  }

  return {
    /** Whether any account has a password. */
    isOn: hashes.size > 0,

    /**
     * The account with this name and password; undefined where there is none. An unknown name takes as long as a
     * wrong password.
     */
    async check(name: string, password: string): Promise<Account | undefined> {
      if (anyHash === undefined) return undefined;
      const stored = hashes.get(name);
      const matches = await isRight(password, stored ?? anyHash);
      return stored !== undefined && matches ? accountOf(name) : undefined;
    },

    /** A value that changes with the account's password; undefined for an account without one. */
    versionOf(id: string): string | undefined {
      const stored = hashes.get(id === adminName ? id : id.replace(/^member:/, ''));
      return stored && createHash('sha256').update(stored).digest('base64url').slice(0, 16);
    },
  };
}

export type Passwords = ReturnType<typeof createPasswords>;
