import { z } from 'zod';
import type { Storage } from '../../../adapters/s3/bucket.ts';
import { ConditionNotMet, ifUnchanged } from '../../../adapters/s3/conditions.ts';

const types = ['recording.started', 'recording.ready', 'recording.failed', 'recording.deleted'] as const;

export type NotificationType = (typeof types)[number];

const entrySchema = z.looseObject({
  type: z.enum(types),
  /** The recording's. */
  name: z.string(),
  /** Tries that were begun. */
  attempts: z.number().int().nonnegative(),
  /** The message; none of what is only about to become true. */
  body: z.string().optional(),
});

/** What an object of the outbox says of a message. */
export type Entry = z.infer<typeof entrySchema>;

/** What a newer version wrote may not be readable: it is left to that. */
function parseEntry(text: string): Entry | undefined {
  try {
    return entrySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * The objects of the outbox. Each is written on condition that nobody else has written it since, so that of
 * several processes one makes the next try.
 */
export function createOutboxEntries(storage: Pick<Storage, 'getTextAndEtag' | 'putJson' | 'putEmpty'>) {
  /** The ETags of entries that were prepared here, by key. */
  const prepared = new Map<string, string>();
  /** The keys of those that need nothing more, which S3 has not taken down yet. */
  const over = new Set<string>();

  async function read(key: string) {
    const found = await storage.getTextAndEtag(key);
    const entry = found && parseEntry(found.text);
    return entry && { entry, etag: found.etag };
  }

  return {
    read,

    /** Whether nothing more is to be done for an entry, which S3 has not taken down yet. */
    isOver: (key: string): boolean => over.has(key),

    /** Has an entry say that nothing more is to be done. */
    async settle(key: string): Promise<void> {
      over.add(key);
      await storage.putEmpty(key);
      over.delete(key);
      prepared.delete(key);
    },

    /** Writes that the next try begins, which is ours alone then; whether it is. One PUT. */
    async claim(key: string, entry: Entry, etag: string | undefined): Promise<boolean> {
      try {
        await storage.putJson(key, { ...entry, attempts: entry.attempts + 1 }, ifUnchanged(etag));
        return true;
      } catch (error) {
        if (!(error instanceof ConditionNotMet)) throw error;
        return false;
      }
    },

    /** Puts an entry where there is none: its ETag; none where somebody else has begun to send it. One PUT, or two requests. */
    async own(key: string, entry: Entry): Promise<{ etag: string | undefined } | undefined> {
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

    /** Writes what is about to become true; again where it was written already, which makes it young. One PUT. */
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
