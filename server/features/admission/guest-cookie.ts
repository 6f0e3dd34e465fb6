import { randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { readCookie, setCookie } from '../accounts/cookie.ts';
import { algorithm, readClaims } from '../accounts/signed-claims.ts';
import type { Guest } from '../access/principal.ts';

const name = 'reelroom-guest';

/** The cookie's lifetime, in seconds. */
const keptSeconds = 30 * 24 * 3_600;

/** The most characters of a token: browsers limit cookies to 4096 bytes. */
const maxLength = 3_500;

const claimsSchema = z.object({
  sub: z.string(),
  invites: z.array(z.object({ room: z.string(), id: z.string(), role: z.enum(['guest', 'host']) })),
});

/**
 * Cookies of guests: an id of the browser, and the invites that it has accepted.
 * @param keys sign the cookies, newest first
 * @param baseUrlOf the app's URL as the client addressed it, without a trailing slash
 */
export function createGuestCookies({
  keys,
  baseUrlOf,
}: {
  keys: readonly Buffer[];
  baseUrlOf: (request: FastifyRequest) => string;
}) {
  const scopeOf = (request: FastifyRequest) => ({ baseUrl: baseUrlOf(request) });

  function sign({ id, invites }: Guest): Promise<string> {
    const [newest] = keys;
    if (!newest) throw new Error('without a secret there are no guests');
    return new SignJWT({ invites })
      .setProtectedHeader({ alg: algorithm })
      .setSubject(id)
      .setExpirationTime(`${keptSeconds}s`)
      .sign(newest);
  }

  return {
    /** The guest of a request; undefined without a valid cookie. */
    async of(request: FastifyRequest): Promise<Guest | undefined> {
      const token = readCookie(request, name, scopeOf(request));
      if (token === undefined) return undefined;
      const { data } = claimsSchema.safeParse(await readClaims(token, keys));
      return data && { id: data.sub, invites: data.invites };
    },

    /** Stores a guest in a cookie; the oldest invites are dropped where it would be too long. */
    async keep(request: FastifyRequest, reply: FastifyReply, guest: Guest): Promise<void> {
      let token = await sign(guest);
      for (let { invites } = guest; token.length > maxLength; token = await sign({ ...guest, invites }))
        invites = invites.slice(1);
      reply.header('set-cookie', setCookie(name, token, scopeOf(request), keptSeconds));
    },
  };
}

/** A new guest. */
export const newGuest = (): Guest => ({ id: randomBytes(16).toString('base64url'), invites: [] });
