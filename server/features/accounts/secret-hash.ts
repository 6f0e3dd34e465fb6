import { createHash, timingSafeEqual } from 'node:crypto';

const digestOf = (secret: string) => createHash('sha256').update(secret).digest();

/** The hash to store of a random secret, which is too long to be guessed. */
export const hashSecret = (secret: string): string => digestOf(secret).toString('hex');

/** Whether a secret has this hash. */
export const isSecret = (secret: string, hash: string): boolean =>
  timingSafeEqual(Buffer.from(hash, 'hex'), digestOf(secret));
