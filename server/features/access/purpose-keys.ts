import { hkdfSync } from 'node:crypto';

/** What a key is for; a key of one purpose is worth nothing for another. */
type Purpose = 'share links' | 'sessions' | 'sign-in' | 'invites' | 'waiting room' | 'viewers';

/** Keys of 256 bits for each purpose. */
export interface PurposeKeys {
  /** Newest first: the first signs, all are accepted. */
  keysFor(purpose: Purpose): readonly Buffer[];
}

/**
 * Derives a key for each purpose from each secret: HKDF (RFC 5869) with SHA-256.
 * @param secrets newest first: a new one is put before the old, which stays until what it signed has expired
 */
export const createPurposeKeys = (secrets: readonly string[]): PurposeKeys => ({
  keysFor: (purpose) =>
    secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `reelroom ${purpose}`, 32))),
});
