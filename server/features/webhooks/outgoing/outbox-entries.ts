import { z } from 'zod';
import type { Storage } from '../../../adapters/s3/bucket.ts';
import { ConditionNotMet, ifUnchanged } from '../../../adapters/s3/conditions.ts';
import { parseJson } from '../../../lib/parse-json.ts';

const types = ['recording.started', 'recording.ready', 'recording.failed', 'recording.deleted'] as const;

export type NotificationType = (typeof types)[number];

const entrySchema = z.looseObject({
  type: z.enum(types),
  /** The recording's. */
  name: z.string(),
  /** Attempts begun. */
  attempts: z.number().int().nonnegative(),
  /** The message; absent while its event is only prepared. */
  body: z.string().optional(),
});

/** An entry of the outbox. */
export type Entry = z.infer<typeof entrySchema>;

/**
 * The entries of the outbox, written by compare and swap, so that only one of several processes makes the
 * next attempt.
 */
export function createOutboxEntries(storage: Pick<Storage, 'getTextAndEtag' | 'putJson' | 'putEmpty'>) {
  /** The ETags of entries prepared by this process, by key. */
  const prepared = new Map<string, string>();
  /** The keys of settled entries that S3 has not stored as such yet. */
  const settled = new Set<string>();

  async function read(key: string) {
    const found = await storage.getTextAndEtag(key);
    // One of a newer version is left to that.
    const entry = parseJson(entrySchema, found?.text);
    return entry && { entry, etag: found?.etag };
  }

  return {
    read,

    /** Whether an entry is settled, but S3 has not stored it as such yet. */
    isSettled: (key: string): boolean => settled.has(key),

    /** Empties an entry: nothing more is to be done. */
    async settle(key: string): Promise<void> {
      settled.add(key);
      await storage.putEmpty(key);
      settled.delete(key);
      prepared.delete(key);
    },

    /** Claims the next attempt by a conditional write; whether that succeeded. One PUT. */
    async claim(key: string, entry: Entry, etag: string | undefined): Promise<boolean> {
      try {
        await storage.putJson(key, { ...entry, attempts: entry.attempts + 1 }, ifUnchanged(etag));
        return true;
      } catch (error) {
        if (!(error instanceof ConditionNotMet)) throw error;
        return false;
      }
    },

    /**
     * Creates an entry and returns its ETag; undefined where another process has begun to send it. One PUT,
     * or two requests.
     */
    async create(key: string, entry: Entry): Promise<{ etag: string | undefined } | undefined> {
      const etag = prepared.get(key);
      prepared.delete(key);
      if (etag !== undefined) return { etag };
      try {
        return { etag: await storage.putJson(key, entry, ifUnchanged(undefined)) };
      } catch (error) {
        if (!(error instanceof ConditionNotMet)) throw error;
        const found = await read(key);
        return found?.entry.attempts === 0 ? found : undefined;
      }
    },

    /** Stores that an event is about to happen; rewriting an entry renews its age. One PUT. */
    async prepare(key: string, entry: Entry): Promise<void> {
      try {
        const etag = await storage.putJson(key, entry, ifUnchanged(prepared.get(key)));
        if (etag !== undefined) prepared.set(key, etag);
      } catch (error) {
        prepared.delete(key);
        throw error;
      }
    },
  };
}
