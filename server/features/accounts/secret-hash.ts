import { createHash, timingSafeEqual } from 'node:crypto';

const digestOf = (secret: string) => createHash('sha256').update(secret).digest();

/** What is stored of a random secret: nobody can guess what has this hash. */
export const hashSecret = (secret: string): string => digestOf(secret).toString('hex');

/** Whether a secret is the one that has this hash. */
export const isSecret = (secret: string, hash: string): boolean =>
  timingSafeEqual(Buffer.from(hash, 'hex'), digestOf(secret));
