import { hkdfSync } from 'node:crypto';

/** The purpose of a key, which is valid for no other. */
type Purpose = 'share links' | 'sessions' | 'sign-in' | 'invites' | 'waiting room' | 'viewers';

/** Keys of 256 bits for each purpose. */
export interface PurposeKeys {
  /** Newest first: the first signs, all are accepted. */
  keysFor(purpose: Purpose): readonly Buffer[];
}

/**
 * Derives a key for each purpose from each secret: HKDF (RFC 5869) with SHA-256.
 * @param secrets newest first; an old one stays until everything that it signed has expired
 */
export const createPurposeKeys = (secrets: readonly string[]): PurposeKeys => ({
  keysFor: (purpose) =>
    secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', `reelroom ${purpose}`, 32))),
});
