import type { FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { wallTime } from '../../lib/clock.ts';
import { readCookie, setCookie } from './cookie.ts';
import { algorithm, readClaims } from './signed-claims.ts';

const name = 'reelroom-viewer';

/** How long an address is believed that the provider has verified, in seconds. */
const keptSeconds = 12 * 3_600;

const claimsSchema = z.object({ email: z.string(), exp: z.number() });

/** Whom a provider of OpenID Connect knows by an e-mail address; that alone opens share links for its domain. */
export interface Viewer {
  email: string;
  /** Ms since 1970. */
  expiresAt: number;
}

/** Whether an address is still believed. */
export const isKnown = ({ expiresAt }: Viewer): boolean => expiresAt > wallTime();

/**
 * Verified e-mail addresses in cookies, beside sessions: whoever opens a link for a domain need not have an account
 * here, and does not lose the one that they are signed in with. Nothing is stored.
 * @param keys sign the cookies, newest first
 * @param baseUrlOf where the one who asks finds the app, without a slash at its end
 */
export function createViewerCookies({
  keys,
  baseUrlOf,
}: {
  keys: readonly Buffer[];
  baseUrlOf: (request: FastifyRequest) => string;
}) {
  const scopeOf = (request: FastifyRequest) => ({ baseUrl: baseUrlOf(request) });

  return {
    /** The viewer of a request; undefined for a cookie that is forged or has expired. */
    async of(request: FastifyRequest): Promise<Viewer | undefined> {
      const token = readCookie(request, name, scopeOf(request));
      if (!token) return undefined;
      const { data } = claimsSchema.safeParse(await readClaims(token, keys));
      return data && { email: data.email, expiresAt: data.exp * 1_000 };
    },

    /** `Set-Cookie` that keeps an address in the browser. */
    async keep(request: FastifyRequest, email: string): Promise<string> {
      const [newest] = keys;
      if (!newest) throw new Error('without a secret nobody can sign in');
      const token = await new SignJWT({ email })
        .setProtectedHeader({ alg: algorithm })
        .setExpirationTime(Math.floor(wallTime() / 1_000) + keptSeconds)
        .sign(newest);
      return setCookie(name, token, scopeOf(request), keptSeconds);
    },

    /** `Set-Cookie` that forgets it. */
    forget: (request: FastifyRequest): string => setCookie(name, '', scopeOf(request), 0),
  };
}

export type ViewerCookies = ReturnType<typeof createViewerCookies>;
