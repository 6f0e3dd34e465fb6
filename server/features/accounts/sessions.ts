import { SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { wallTime } from '../../lib/clock.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { sessionIds } from '../../bucket/expiring-id.ts';
import { sessionKey, sessionsFolder } from '../../bucket/layout.ts';
import { listKeys } from '../../bucket/keys-in.ts';
import type { Account, Passwords } from './password.ts';
import { algorithm, readClaims } from './signed-claims.ts';

const day = 24 * 3_600_000;

/** How long a session lasts without a request, and at most, in ms. */
const idleMs = 7 * day;
const longestMs = 30 * day;

/** The age at which a token is renewed, in ms. */
const renewAfterMs = 3_600_000;

/** How long the existence of a session is cached, in ms, and for how many sessions. */
const cachedForMs = 5_000;
const maxCached = 10_000;

/** How long a session stays valid that S3 confirmed before it became unavailable, in ms. */
const believedForMs = 15 * 60_000;

const claimsSchema = z.object({
  sub: z.string(),
  name: z.string(),
  role: z.enum(['admin', 'member']),
  /** The session's id in the bucket. */
  sid: z.string().regex(sessionIds.pattern),
  iat: z.number(),
  exp: z.number(),
  /** The password's version, of a session by password: {@link Passwords.versionOf}. */
  pwd: z.string().optional(),
});

/** A session of a signed-in account. */
export interface Session {
  account: Account;
  /** The key of its object in the bucket. */
  key: string;
  /** Ms since 1970. */
  expiresAt: number;
  isDueForRenewal: boolean;
  /** The password's version, of a session by password: see {@link Passwords.versionOf}. */
  passwordVersion: string | undefined;
}

/**
 * Sessions of signed-in people. Each is an empty object in the bucket and a signed token for the browser (RFC
 * 7519), which requests renew. Deleting the object ends the session: in this process at once, in others within 5 s.
 * @param keys sign the tokens, newest first
 */
export function createSessions({
  storage,
  path,
  keys,
  passwords,
}: {
  storage: Pick<Storage, 'head' | 'putEmpty' | 'list' | 'deleteMany'>;
  path: string;
  keys: readonly Buffer[];
  passwords: Pick<Passwords, 'versionOf'>;
}) {
  const known = new LRUCache<string, Promise<boolean>>({ max: maxCached, ttl: cachedForMs });
  /** Sessions that S3 confirmed recently. */
  const confirmed = new LRUCache<string, true>({ max: maxCached, ttl: believedForMs });

  /** Whether a session still exists: a HEAD, or none when cached. */
  function exists(key: string): Promise<boolean> {
    const cached = known.get(key);
    if (cached) return cached;
    const answer = storage.head(key).then(
      ({ status }) => {
        if (status === 200) confirmed.set(key, true);
        else confirmed.delete(key);
        return status === 200;
      },
      (error: unknown) => {
        known.delete(key);
        if (confirmed.has(key)) return true;
        throw error;
      },
    );
    known.set(key, answer);
    return answer;
  }

  /** The claims of a token of ours that has not expired. */
  async function claimsOf(token: string): Promise<z.infer<typeof claimsSchema> | undefined> {
    return claimsSchema.safeParse(await readClaims(token, keys)).data;
  }

  /** Signs a token of a session; it expires when the session is idle for too long. */
  function tokenOf(account: Account, key: string, pwd: string | undefined): Promise<string> {
    const [newest] = keys;
    if (!newest) throw new Error('without a secret there are no sessions');
    const sid = key.slice(key.lastIndexOf('/') + 1);
    const expiresAt = Math.min(wallTime() + idleMs, sessionIds.expiryOf(sid) ?? 0);
    const { id: sub, name, role } = account;
    return new SignJWT({ name, role, sid, ...(pwd !== undefined && { pwd }) })
      .setProtectedHeader({ alg: algorithm })
      .setSubject(sub)
      .setIssuedAt(Math.floor(wallTime() / 1_000))
      .setExpirationTime(Math.floor(expiresAt / 1_000))
      .sign(newest);
  }

  async function endAll(found: string[]): Promise<void> {
    await storage.deleteMany(found);
    for (const key of found) {
      known.set(key, Promise.resolve(false));
      confirmed.delete(key);
    }
  }

  return {
    /** A token's lifetime, in seconds. */
    idleSeconds: idleMs / 1_000,

    /**
     * Begins a session: a PUT.
     * @param isByPassword whether a new password ends the session
     * @returns its token
     */
    async start(account: Account, { isByPassword }: { isByPassword: boolean }): Promise<string> {
      const key = sessionKey(path, account.id, sessionIds.create(wallTime() + longestMs));
      await storage.putEmpty(key);
      known.delete(key);
      return tokenOf(account, key, isByPassword ? passwords.versionOf(account.id) : undefined);
    },

    /**
     * The session of a token; undefined for one that is forged, expired or ended. A HEAD, or none when cached.
     * @throws {ReelroomError} STORAGE_UNAVAILABLE, unless S3 confirmed the session recently
     */
    async of(token: string): Promise<Session | undefined> {
      const claims = await claimsOf(token);
      if (!claims) return undefined;
      const { sub: id, name, role, sid, iat, exp, pwd } = claims;
      if ((sessionIds.expiryOf(sid) ?? 0) <= wallTime()) return undefined;
      if (pwd !== undefined && pwd !== passwords.versionOf(id)) return undefined;
      const key = sessionKey(path, id, sid);
      if (!(await exists(key))) return undefined;
      return {
        ...{ account: { id, name, role }, key, expiresAt: exp * 1_000, passwordVersion: pwd },
        isDueForRenewal: wallTime() - iat * 1_000 > renewAfterMs,
      };
    },

    /** Whether a session is still valid: a HEAD, or none when cached. */
    isActive: async ({ key, expiresAt }: Session): Promise<boolean> =>
      expiresAt > wallTime() && (await exists(key)),

    /** A new token of a session. */
    renew: ({ account, key, passwordVersion }: Session): Promise<string> =>
      tokenOf(account, key, passwordVersion),

    /** Ends a session: a DELETE. */
    end: ({ key }: Session): Promise<void> => endAll([key]),

    /** Ends all sessions of an account: a LIST and a DELETE per 1,000. */
    endAllOf: async ({ account }: Session): Promise<void> =>
      endAll(await listKeys(storage, sessionsFolder(path, account.id))),
  };
}

export type Sessions = ReturnType<typeof createSessions>;
