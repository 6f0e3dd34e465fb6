import { randomBytes } from 'node:crypto';
import { apiKeySchema, type ApiKey, type KeyInput } from '@reelroom/shared';
import pMap from 'p-map';
import { z } from 'zod';
import { ConditionNotMet, ifUnchanged } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { listKeys } from '../../bucket/keys-in.ts';
import { apiKeyKey, apiKeysFolder } from '../../bucket/layout.ts';
import { wallTime } from '../../lib/clock.ts';
import { keyInvalid } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { createReadThrough } from '../../lib/read-through.ts';
import { hashSecret, isSecret } from './secret-hash.ts';

/** The cache of stored keys; `ttl` in ms. */
const cached = { ttl: 5_000, max: 1_000 };

/** How old a stored last use must be before it is updated, in ms. */
const lastUseMs = 3_600_000;

const concurrency = 16;

/** A key's text: `rr_`, its id of 16 hexadecimal digits, its secret of 32 random bytes. */
const keyPattern = /^rr_([0-9a-f]{16})_([\w-]{43})$/;

/** A stored key, perhaps by a newer version: with the hash of its secret. */
const storedSchema = z.looseObject({ ...apiKeySchema.shape, hash: z.string() });
type Stored = z.infer<typeof storedSchema>;

/** `text` without the secrets of keys. */
export const redactKeys = (text: string): string => text.replace(/(rr_[0-9a-f]{16}_)[\w-]+/g, '$1…');

/**
 * API keys of programs, one object in the bucket each. Deleting the object revokes the key: in this process at
 * once, in others within 5 s.
 * @param path key prefix of the recordings' folder
 */
export function createApiKeys({
  storage,
  path,
}: {
  storage: Pick<Storage, 'getTextAndEtag' | 'putJson' | 'list' | 'deleteMany'>;
  path: string;
}) {
  async function read(id: string) {
    const found = await storage.getTextAndEtag(apiKeyKey(path, id));
    return { key: parseJson(storedSchema, found?.text), etag: found?.etag };
  }

  const known = createReadThrough(read, cached);

  /** Stores the time of a use, once an hour; another process may have stored it, or revoked the key. */
  async function noteUse(key: Stored, etag: string | undefined): Promise<void> {
    if (etag === undefined || wallTime() - (key.lastUsedAt ?? 0) < lastUseMs) return;
    try {
      await storage.putJson(apiKeyKey(path, key.id), { ...key, lastUsedAt: wallTime() }, ifUnchanged(etag));
    } catch (error) {
      if (!(error instanceof ConditionNotMet)) throw error;
    } finally {
      known.forget(key.id);
    }
  }

  return {
    /**
     * Creates a key: a PUT.
     * @returns the key, with the only copy of its secret
     */
    async create({ name, scopes, rooms }: KeyInput): Promise<ApiKey & { key: string }> {
      const id = randomBytes(8).toString('hex');
      const secret = randomBytes(32).toString('base64url');
      const key: ApiKey = { id, name, scopes, ...(rooms && { rooms }), createdAt: wallTime() };
      const stored = { ...key, hash: hashSecret(secret) };
      await storage.putJson(apiKeyKey(path, id), stored, ifUnchanged(undefined));
      return { ...key, key: `rr_${id}_${secret}` };
    },

    /** All keys, newest first: a LIST per 1,000, and a GET for each. */
    async list(): Promise<ApiKey[]> {
      const folder = apiKeysFolder(path);
      const ids = (await listKeys(storage, folder)).map((key) => key.slice(folder.length));
      const found = await pMap(ids, read, { concurrency });
      return found
        .flatMap(({ key }) => (key ? [apiKeySchema.parse(key)] : []))
        .sort((one, other) => other.createdAt - one.createdAt);
    },

    /** Revokes a key: a DELETE. */
    async revoke(id: string): Promise<void> {
      if (!/^[0-9a-f]{16}$/.test(id)) return;
      await storage.deleteMany([apiKeyKey(path, id)]);
      known.forget(id);
    },

    /**
     * Looks up the key that a program sent: a GET, or none when cached; a PUT when it was not used for an hour.
     * @throws {ReelroomError} KEY_INVALID: it is forged or revoked
     */
    async of(text: string): Promise<ApiKey> {
      const [, id = '', secret = ''] = keyPattern.exec(text) ?? [];
      if (id === '') throw keyInvalid();
      const { key, etag } = await known.get(id);
      if (!key || !isSecret(secret, key.hash)) throw keyInvalid();
      // The key is valid even if its use cannot be stored.
      await noteUse(key, etag).catch(() => undefined);
      return apiKeySchema.parse(key);
    },

    /** Whether a key is still valid: a GET, or none when cached. */
    isActive: async ({ id }: ApiKey): Promise<boolean> => (await known.get(id)).key !== undefined,
  };
}

export type ApiKeys = ReturnType<typeof createApiKeys>;
