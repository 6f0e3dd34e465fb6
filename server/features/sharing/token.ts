import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * A share link, encoded in its id; readable, but tamper-proof by its signature:
 *
 *     created    9 digits of base 36: ms, from far in the future backwards, so that the
 *                newest of all ids sorts first, as S3 lists them
 *     lifetime   6 digits of base 36: seconds
 *     w | d      may be watched, or downloaded, too; r | s the same with restrictions, which its object has:
 *                a letter that versions without them refuse
 *     random     8 hexadecimal digits, for links that are made in the same ms
 *
 * A token is an id and its signature, 32 hexadecimal digits: no character that link detection in chats would
 * cut off. The token of an unlocked link goes on with a dot, the time until which it is unlocked in 9 digits of base
 * 36, and a signature over all of that.
 */
export interface Link {
  id: string;
  /** Ms since 1970. */
  createdAt: number;
  expiresAt: number;
  /** Whether the recording may be downloaded, too. */
  download: boolean;
  /** Whether its object has restrictions. */
  isRestricted: boolean;
}

const createdDigits = 9;
const lifetimeDigits = 6;
const farFuture = 36 ** createdDigits - 1;

const idPattern = /^([0-9a-z]{9})([0-9a-z]{6})([wdrs])[0-9a-f]{8}$/;
const tokenPattern = /^([0-9a-z]{24})([0-9a-f]{32})(?:\.([0-9a-z]{9})([0-9a-f]{32}))?$/;

const digits = (value: number, length: number) => value.toString(36).padStart(length, '0');

/** A new link, created at `createdAt` (ms since 1970) and valid for `expiresInSeconds`. */
export function newLink({
  createdAt,
  expiresInSeconds,
  download,
  isRestricted = false,
}: {
  createdAt: number;
  expiresInSeconds: number;
  download: boolean;
  isRestricted?: boolean;
}): Link {
  const created = digits(farFuture - createdAt, createdDigits);
  const lifetime = digits(expiresInSeconds, lifetimeDigits);
  const use = isRestricted ? (download ? 's' : 'r') : download ? 'd' : 'w';
  const id = `${created}${lifetime}${use}${randomBytes(4).toString('hex')}`;
  return { id, createdAt, expiresAt: createdAt + expiresInSeconds * 1_000, download, isRestricted };
}

/** Parses a link's id; undefined where it is invalid. */
export function readLink(id: string): Link | undefined {
  const [, created, lifetime, use] = idPattern.exec(id) ?? [];
  if (created === undefined || lifetime === undefined) return undefined;
  const createdAt = farFuture - parseInt(created, 36);
  const expiresAt = createdAt + parseInt(lifetime, 36) * 1_000;
  const isRestricted = use === 'r' || use === 's';
  return { id, createdAt, expiresAt, download: use === 'd' || use === 's', isRestricted };
}

/** `text` without the signatures of tokens, percent-encoded ones included. */
export function redactTokens(text: string): string {
  const plain = text.replace(/%([0-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  const hidden = plain.replace(/([0-9a-z]{24})[0-9a-f]{32}(?:\.[0-9a-z]{41})?/g, '$1…');
  return hidden === plain ? text : hidden;
}

/**
 * Signs links: HMAC-SHA-256 over id and recording, cut to 128 bits as RFC 2104 §5 allows.
 * @param keys for nothing else, newest first
 */
export function createSigner(keys: readonly Buffer[]) {
  const [newest = randomBytes(32)] = keys;
  // An id's length is fixed, so that no other pair has the same bytes.
  const sign = (id: string, name: string, key = newest) =>
    createHmac('sha256', key)
      .update(id + name)
      .digest()
      .subarray(0, 16);
  // No id begins like this prefix.
  const signUnlocked = (id: string, until: string, name: string, key = newest) =>
    sign(`unlocked ${id}${until}`, name, key);
  const isSigned = (signature: string, signed: (key: Buffer) => Buffer) =>
    keys.some((key) => timingSafeEqual(Buffer.from(signature, 'hex'), signed(key)));

  return {
    /** The token by which `link` gives access to the recording `name`. */
    tokenOf: ({ id }: Pick<Link, 'id'>, name: string): string => id + sign(id, name).toString('hex'),

    /** The token by which `link` gives access without its password, until `expiresAt` (ms since 1970). */
    unlockedToken(link: Pick<Link, 'id'>, name: string, unlockedUntil: number): string {
      const until = digits(unlockedUntil, createdDigits);
      const signature = signUnlocked(link.id, until, name).toString('hex');
      return `${this.tokenOf(link, name)}.${until}${signature}`;
    },

    /**
     * The link of a token, and until when it needs no password (ms since 1970); undefined where it was not
     * signed for this recording.
     */
    linkOf(token: string, name: string): (Link & { unlockedUntil?: number }) | undefined {
      const [, id = '', signature = '', until, another = ''] = tokenPattern.exec(token) ?? [];
      if (id === '' || !isSigned(signature, (key) => sign(id, name, key))) return undefined;
      const link = readLink(id);
      if (!link || until === undefined) return link;
      if (!isSigned(another, (key) => signUnlocked(id, until, name, key))) return undefined;
      return { ...link, unlockedUntil: parseInt(until, 36) };
    },
  };
}
