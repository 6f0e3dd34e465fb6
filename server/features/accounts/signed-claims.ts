import { jwtVerify, type JWTPayload } from 'jose';

/** The algorithm of all tokens that we sign for ourselves. */
export const algorithm = 'HS256';

/** The claims of a token that one of our keys has signed, and that has not expired (RFC 7519). */
export async function readClaims(token: string, keys: readonly Buffer[]): Promise<JWTPayload | undefined> {
  for (const key of keys)
    try {
      return (await jwtVerify(token, key, { algorithms: [algorithm] })).payload;
    } catch {
      // By the next key, perhaps.
    }
  return undefined;
}
