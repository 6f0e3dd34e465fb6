import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';
import { z } from 'zod';

/** The cost of a hash: some 100 ms and 32 MiB (RFC 7914). */
const cost = { N: 2 ** 15, r: 8, p: 1 };

const maxmem = 64 * 2 ** 20;
const hashBytes = 32;

/** A stored password hash with its parameters; bounded, since it is read from the bucket. */
export const passwordHashSchema = z.strictObject({
  salt: z.string(),
  hash: z.string(),
  N: z.number().max(2 ** 16),
  r: z.number().max(8),
  p: z.number().max(4),
});
export type PasswordHash = z.infer<typeof passwordHashSchema>;

const hashOf = (password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, hashBytes, { ...options, maxmem }, (error, hash) =>
      error ? reject(error) : resolve(hash),
    );
  });

/** Hashes a password with a random salt. */
export async function hashPassword(password: string): Promise<PasswordHash> {
  const salt = randomBytes(16);
  const hash = await hashOf(password, salt, cost);
  return { salt: salt.toString('base64url'), hash: hash.toString('base64url'), ...cost };
}

/** Whether a password matches a hash; takes as long when it does not. */
export async function isPassword(
  password: string,
  { salt, hash, ...options }: PasswordHash,
): Promise<boolean> {
  const given = await hashOf(password, Buffer.from(salt, 'base64url'), options);
  const stored = Buffer.from(hash, 'base64url');
  return given.length === stored.length && timingSafeEqual(given, stored);
}
