import type { Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { z } from 'zod';
import { monotonicTime } from '../../../lib/clock.ts';
import { untilEnded } from '../../../lib/until-ended.ts';
import { ConditionNotMet, ifUnchanged } from '../../../adapters/s3/conditions.ts';
import type { Storage } from '../../../adapters/s3/bucket.ts';
import type { StoredObject } from '../../../adapters/s3/types.ts';
import type { Endpoint, Message } from './endpoint.ts';
import { createQueue } from './queue.ts';

const types = ['recording.started', 'recording.ready', 'recording.failed', 'recording.deleted'] as const;

export type NotificationType = (typeof types)[number];

/**
 * How long to wait after each try that failed, in ms: twelve tries, within about three days. Each is longer
 * than an endpoint may take to answer, so that a try is over when another process makes the next.
 */
const defaultRetryDelays = [
  ...[15_000, 60_000, 5 * 60_000, 30 * 60_000],
  ...[1, 2, 5, 10, 14, 18, 20].map((hours) => hours * 3_600_000),
];

/** How long, in ms, an entry stays that nobody has touched: its system is configured no more, or its fact never came true. */
const keptMs = 3 * 24 * 3_600_000;

/** How long, in ms, is remembered that a message was sent, longer than any process takes to hear of the same: LiveKit remembers an egress for a day. */
const keptSentMs = 25 * 3_600_000;

/** How often the bucket is looked through, in ms, if nothing is due earlier, and how soon where something went wrong. */
const idleMs = 300_000;
const retryMs = 30_000;

/** How many entries are read, or written, at once, and how many of each endpoint may wait to be written. */
const maxConcurrent = 16;
const maxWaiting = 1_000;

const entrySchema = z.looseObject({
  type: z.enum(types),
  /** The recording's. */
  name: z.string(),
  /** Tries that were begun. */
  attempts: z.number().int().nonnegative(),
  /** The message; none of what is only about to become true. */
  body: z.string().optional(),
});
type Entry = z.infer<typeof entrySchema>;

/** What stands in the bucket, and what it is about. */
export interface Bucket {
  storage: Pick<Storage, 'list' | 'getTextAndEtag' | 'putJson' | 'putEmpty' | 'deleteMany' | 'now'>;
  /** Key prefix of the recordings' folder. */
  path: string;
  /** A recording as its manifest describes it, once it has ended. */
  readRecording: (name: string) => Promise<Recording | undefined>;
  retryDelays?: number[];
}

/** What a newer version wrote may not be readable: it is left to that. */
function parseEntry(text: string): Entry | undefined {
  try {
    return entrySchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * The messages that are to be sent, kept in the bucket until they are taken: at least once, through the
 * end of any process. An object for each message and endpoint; empty once nothing more is to be done, for a day, so that
 * a process which hears of the same later does not send it again. Who has written, on condition that nobody
 * else did, that a try begins makes it. It is due by S3's clock, which is the same for all processes.
 *
 * Three PUTs for each message and endpoint; a LIST every five minutes, and when one is due again.
 */
export function createOutbox({
  storage,
  path,
  readRecording,
  retryDelays = defaultRetryDelays,
  endpoints,
  messageId,
  log,
}: Bucket & {
  endpoints: Endpoint[];
  messageId: (type: NotificationType, name: string) => string;
  log: FastifyBaseLogger;
}) {
  const folder = `${path}.reelroom/outbox/`;
  const keyOf = (id: string, { hash }: Endpoint) => `${folder}${id}-${hash}.json`;
  const endpointOf = (key: string) => endpoints.find(({ hash }) => key.endsWith(`-${hash}.json`));

  const writes = createQueue({ atOnce: maxConcurrent, maxWaiting: maxWaiting * endpoints.length });
  /** The ETags of entries that were prepared here, by key. */
  const prepared = new Map<string, string>();
  /** The keys of those that are on their way here. */
  const inFlight = new Set<string>();
  /** The keys of those that need nothing more, which S3 has not taken down yet. */
  const settled = new Set<string>();
  /** When those that wait are due, by the monotonic clock, as long as they are not written again. */
  let waiting = new Map<string, { writtenAt: number; dueAt: number }>();
  let checkAt = -Infinity;

  const checkWithin = (ms: number): void => {
    checkAt = Math.min(checkAt, monotonicTime() + ms);
  };

  async function read(key: string) {
    const found = await storage.getTextAndEtag(key);
    const entry = found && parseEntry(found.text);
    return entry && { entry, etag: found.etag };
  }

  /** Has an entry say that nothing more is to be done. */
  async function settle(key: string): Promise<void> {
    settled.add(key);
    await storage.putEmpty(key);
    settled.delete(key);
    prepared.delete(key);
  }

  async function giveUp(key: string, endpoint: Endpoint, message: Message, reason: string): Promise<void> {
    endpoint.logFailure(message, reason);
    await settle(key);
  }

  /** Writes that the next try begins, which is ours alone then; whether it is. One PUT. */
  async function claim(key: string, entry: Entry, etag: string | undefined): Promise<boolean> {
    try {
      await storage.putJson(key, { ...entry, attempts: entry.attempts + 1 }, ifUnchanged(etag));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionNotMet)) throw error;
      // Somebody else's, or it was written and the answer was lost.
      checkWithin(retryMs);
      return false;
    }
  }

  /** Makes the try that was claimed. */
  async function tryOnce(key: string, endpoint: Endpoint, message: Message, tries: number): Promise<void> {
    const reason = await endpoint.attempt(message);
    if (reason === undefined) return settle(key);
    const isGone = endpoint.isGone();
    // Whoever is next goes on.
    if (endpoint.ended() !== undefined && !isGone) return;
    const delay = isGone ? undefined : retryDelays[tries - 1];
    if (delay === undefined) return giveUp(key, endpoint, message, endpoint.ended() ?? reason);
    endpoint.logRetry(message, reason);
    checkWithin(delay);
  }

  /** Has the next try made when its turn comes. */
  function deliver(
    key: string,
    endpoint: Endpoint,
    { message, entry, etag }: { message: Message; entry: Entry; etag: string | undefined },
    ifNotClaimed: (error: unknown) => void,
  ): void {
    const run = async () => {
      const isOurs = await claim(key, entry, etag).catch(ifNotClaimed);
      if (isOurs) await tryOnce(key, endpoint, message, entry.attempts + 1);
    };
    inFlight.add(key);
    endpoint.add({
      run: () =>
        run()
          .catch((error: unknown) => {
            log.warn({ err: error, webhookId: message.id }, 'what became of a webhook is not stored yet');
            checkWithin(retryMs);
          })
          .finally(() => inFlight.delete(key)),
      drop() {
        inFlight.delete(key);
        checkWithin(retryMs);
      },
    });
  }

  /** Puts an entry where there is none: its ETag; none where somebody else has begun to send it. One PUT, or two requests. */
  async function create(key: string, entry: Entry): Promise<{ etag: string | undefined } | undefined> {
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
  }

  /** Whether it is kept in the bucket, or nobody is to be told. */
  async function announceTo(endpoint: Endpoint, message: Message, entry: Entry): Promise<boolean> {
    const sendFromMemory = (error: unknown) => {
      log.warn(
        { err: error, webhookId: message.id },
        'a webhook is not kept in the bucket: it is sent from memory',
      );
      endpoint.send(message);
    };
    if (endpoint.isGone()) {
      endpoint.send(message);
      return true;
    }
    const key = keyOf(message.id, endpoint);
    try {
      const owned = await create(key, entry);
      if (owned) deliver(key, endpoint, { message, entry, etag: owned.etag }, sendFromMemory);
      return true;
    } catch (error) {
      sendFromMemory(error);
      return false;
    }
  }

  /** The message of an entry; nothing while it is not true. One GET, or none. */
  async function messageOf({ type, name, body }: Entry): Promise<Message | undefined> {
    const id = messageId(type, name);
    if (body !== undefined) return { id, type, body };
    const data = await readRecording(name);
    if (!data || type !== `recording.${data.status}`) return undefined;
    return { id, type, body: JSON.stringify({ type, timestamp: storage.now().toISOString(), data }) };
  }

  /** Deletes an entry that is not touched any more; that a message was never sent is logged. */
  async function deleteUntouched(key: string): Promise<void> {
    const { entry } = (await read(key)) ?? {};
    if (entry?.body !== undefined) {
      const { type, name } = entry;
      log.error(
        { webhookId: messageId(type, name), type, reason: 'nobody has sent it for three days' },
        'a webhook was not delivered',
      );
    }
    await storage.deleteMany([key]);
  }

  /** Sees to one entry: when it is due, by the monotonic clock, if it waits. */
  async function deliverIfDue(
    { key, lastModified }: StoredObject,
    endpoint: Endpoint,
  ): Promise<number | undefined> {
    if (settled.has(key)) {
      await settle(key);
      return undefined;
    }
    const found = await read(key);
    const message = found && (await messageOf(found.entry));
    // What is not true yet, whoever makes it so sends.
    if (!message || inFlight.has(key)) return undefined;
    const { entry, etag } = found;
    const reason = endpoint.isGone() ? endpoint.ended() : undefined;
    if (reason !== undefined) {
      await giveUp(key, endpoint, message, reason);
      return undefined;
    }
    const pauseMs = entry.attempts === 0 ? 0 : (retryDelays[entry.attempts - 1] ?? retryMs);
    const waitMs = lastModified.getTime() + pauseMs - storage.now().getTime();
    if (waitMs > 0) return monotonicTime() + waitMs;
    if (entry.attempts > retryDelays.length) {
      await giveUp(key, endpoint, message, 'all tries failed');
      return undefined;
    }
    deliver(key, endpoint, { message, entry, etag }, (error) => {
      log.warn({ err: error, webhookId: message.id }, 'a webhook is not tried again yet');
      checkWithin(retryMs);
    });
    return undefined;
  }

  /** Sends what is due, and takes away what is not needed any more. Throws, when all have been seen to, what went wrong with one. */
  async function deliverDue(): Promise<void> {
    checkAt = monotonicTime() + idleMs;
    const before = waiting;
    waiting = new Map();
    const sent: string[] = [];
    const failures: unknown[] = [];
    const objects: StoredObject[] = [];
    for await (const object of storage.list(folder)) objects.push(object);
    await pMap(
      objects,
      async (object) => {
        const { key, size, lastModified } = object;
        const writtenAt = lastModified.getTime();
        const age = storage.now().getTime() - writtenAt;
        const endpoint = endpointOf(key);
        try {
          if (size === 0) {
            if (age > keptSentMs) sent.push(key);
          } else if (age > keptMs) await deleteUntouched(key);
          else if (endpoint && !inFlight.has(key)) {
            const known = before.get(key);
            const isKnown = known?.writtenAt === writtenAt && known.dueAt > monotonicTime();
            const dueAt = isKnown ? known.dueAt : await deliverIfDue(object, endpoint);
            if (dueAt === undefined) return;
            waiting.set(key, { writtenAt, dueAt });
            checkWithin(dueAt - monotonicTime());
          }
        } catch (error) {
          failures.push(error);
        }
      },
      { concurrency: maxConcurrent },
    );
    if (sent.length > 0) await storage.deleteMany(sent);
    if (failures.length > 0) throw failures[0];
  }

  return {
    /** Writes down that this is about to become true; logged where S3 does not take it. */
    async prepare(type: NotificationType, name: string): Promise<void> {
      await pMap(endpoints, async (endpoint) => {
        if (endpoint.isGone()) return;
        const key = keyOf(messageId(type, name), endpoint);
        try {
          // Again where it was written already, which makes it young.
          const condition = ifUnchanged(prepared.get(key));
          const etag = await storage.putJson(key, { type, name, attempts: 0 }, condition);
          if (etag !== undefined) prepared.set(key, etag);
        } catch (error) {
          prepared.delete(key);
          if (!(error instanceof ConditionNotMet))
            log.warn({ err: error, name, type }, 'a webhook is not kept in the bucket yet');
        }
      });
    },

    /**
     * This is true now: has it sent, unless another process does.
     * @returns whether it will be even if this process dies, once all of it is written; never rejects
     */
    async announce(message: Message & { type: NotificationType }, name: string): Promise<boolean> {
      const entry: Entry = { type: message.type, name, attempts: 0, body: message.body };
      const writing = endpoints.map(
        (endpoint) =>
          new Promise<boolean>((resolve) =>
            writes.add({
              run: () => announceTo(endpoint, message, entry).then(resolve),
              drop(reason) {
                endpoint.logFailure(message, reason);
                resolve(false);
              },
            }),
          ),
      );
      return (await Promise.all(writing)).every(Boolean);
    },

    /** Whether something is due to be sent, or to be looked after. */
    isDue: (): boolean => monotonicTime() >= checkAt,

    /** Sends what is due. Throws, when all of it was tried, what went wrong. */
    async deliver(): Promise<void> {
      try {
        await deliverDue();
      } catch (error) {
        checkWithin(retryMs);
        throw error;
      }
    },

    /** Resolves when all that was announced is written, within a second; what is not is given up and logged. */
    async close(): Promise<void> {
      await untilEnded(writes.settled());
      writes.end('the app was closed');
    },
  };
}

export type Outbox = ReturnType<typeof createOutbox>;
