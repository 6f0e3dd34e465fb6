import { randomBytes } from 'node:crypto';
import { inviteSchema, type Invite, type InviteInput } from '@reelroom/shared';
import pMap from 'p-map';
import { z } from 'zod';
import { ifUnchanged } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { swapJson } from '../../adapters/s3/swap.ts';
import { inviteIds } from '../../bucket/expiring-id.ts';
import { listKeys } from '../../bucket/keys-in.ts';
import { inviteKey, invitesFolder } from '../../bucket/layout.ts';
import { inviteInvalid } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { createReadThrough } from '../../lib/read-through.ts';
import { hashSecret, isSecret } from '../accounts/secret-hash.ts';

/** The cache of invites; `ttl` in ms. */
const cached = { ttl: 5_000, max: 10_000 };

const concurrency = 16;

/** A stored invite, perhaps by a newer version: with the hash of its secret. */
const storedSchema = z.looseObject({ ...inviteSchema.shape, hash: z.string() });

const { expiryOf } = inviteIds;

/** An invite's token, `invite=` in its link: the id, and a secret of 24 random bytes. */
const tokenPattern = /^([^.]+)\.([\w-]{32})$/;

/**
 * Invites to rooms, one object in the bucket each. Deleting the object revokes the invite, also for those who have
 * accepted it: in this process at once, in others within 5 s.
 * @param path key prefix of the recordings' folder
 */
export function createInvites({
  storage,
  path,
}: {
  storage: Pick<Storage, 'getTextAndEtag' | 'putJson' | 'list' | 'deleteMany' | 'now'>;
  path: string;
}) {
  const now = () => storage.now().getTime();

  async function read(key: string) {
    const found = await storage.getTextAndEtag(key);
    return { invite: parseJson(storedSchema, found?.text), etag: found?.etag };
  }
  const known = createReadThrough(read, cached);

  return {
    /**
     * Creates an invite: a PUT.
     * @returns the invite, with the only copy of its token
     */
    async create({
      roomName,
      role,
      expiresInSeconds,
      uses,
    }: InviteInput): Promise<Invite & { token: string }> {
      const createdAt = now();
      const expiresAt = createdAt + expiresInSeconds * 1_000;
      const id = inviteIds.create(expiresAt);
      const secret = randomBytes(24).toString('base64url');
      const invite: Invite = { id, role, createdAt, expiresAt, used: 0, ...(uses !== undefined && { uses }) };
      const stored = { ...invite, hash: hashSecret(secret) };
      await storage.putJson(inviteKey(path, roomName, id), stored, ifUnchanged(undefined));
      return { ...invite, token: `${id}.${secret}` };
    },

    /** The invites of a room that have not expired, newest first: a LIST per 1,000, and a GET for each. */
    async list(roomName: string): Promise<Invite[]> {
      const keys = await listKeys(storage, invitesFolder(path, roomName));
      const valid = keys.filter((key) => (expiryOf(key.slice(key.lastIndexOf('/') + 1)) ?? 0) > now());
      const found = await pMap(valid, read, { concurrency });
      return found
        .flatMap(({ invite }) => (invite ? [inviteSchema.parse(invite)] : []))
        .sort((one, other) => other.createdAt - one.createdAt);
    },

    /** Revokes an invite, also for those who have accepted it: a DELETE. */
    async revoke(roomName: string, id: string): Promise<void> {
      if (expiryOf(id) === undefined) return;
      const key = inviteKey(path, roomName, id);
      await storage.deleteMany([key]);
      known.forget(key);
    },

    /**
     * The invite of a token: a GET.
     * @throws {ReelroomError} INVITE_INVALID: it is forged, of another room, expired or revoked
     */
    async check(roomName: string, token: string): Promise<Invite> {
      const [, id = '', secret = ''] = tokenPattern.exec(token) ?? [];
      if ((expiryOf(id) ?? 0) <= now()) throw inviteInvalid();
      const { invite } = await read(inviteKey(path, roomName, id));
      if (!invite || !isSecret(secret, invite.hash)) throw inviteInvalid();
      return inviteSchema.parse(invite);
    },

    /**
     * Counts one more use of an invite: a GET and a PUT.
     * @throws {ReelroomError} INVITE_INVALID: it is used up or revoked
     */
    async use(roomName: string, id: string): Promise<void> {
      const key = inviteKey(path, roomName, id);
      await swapJson(
        storage,
        key,
        () => read(key),
        ({ invite }) => {
          if (!invite || invite.used >= (invite.uses ?? Infinity)) throw inviteInvalid();
          return { ...invite, used: invite.used + 1 };
        },
      );
    },

    /** Whether an accepted invite is still valid: a GET, or none when cached. */
    async isActive(roomName: string, id: string): Promise<boolean> {
      if ((expiryOf(id) ?? 0) <= now()) return false;
      return (await known.get(inviteKey(path, roomName, id))).invite !== undefined;
    },
  };
}

export type Invites = ReturnType<typeof createInvites>;
