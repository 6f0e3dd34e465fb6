import { jwtVerify, type JWTPayload } from 'jose';

/** The algorithm of our own tokens. */
export const algorithm = 'HS256';

/** The claims of a token (RFC 7519) that one of our keys signed and that has not expired. */
export async function readClaims(token: string, keys: readonly Buffer[]): Promise<JWTPayload | undefined> {
  for (const key of keys)
    try {
      return (await jwtVerify(token, key, { algorithms: [algorithm] })).payload;
    } catch {
      // The next key may have signed it.
    }
  return undefined;
}
