import { randomBytes } from 'node:crypto';

/** `npm run make-secret`: prints a secret of 256 bits. */
export function makeSecret(): void {
  console.log(randomBytes(32).toString('hex'));
}
