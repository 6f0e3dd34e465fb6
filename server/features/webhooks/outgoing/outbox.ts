import type { Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { monotonicTime } from '../../../lib/clock.ts';
import { untilEnded } from '../../../lib/until-ended.ts';
import { ConditionNotMet } from '../../../adapters/s3/conditions.ts';
import type { Storage } from '../../../adapters/s3/bucket.ts';
import type { StoredObject } from '../../../adapters/s3/types.ts';
import type { Endpoint, Message } from './endpoint.ts';
import { createOutboxEntries, type Entry, type NotificationType } from './outbox-entries.ts';
import { createQueue } from './queue.ts';

/**
 * The pauses after each failed attempt, in ms: twelve attempts, within about three days. Each is longer than
 * an endpoint's timeout, so that an attempt has ended when another process makes the next.
 */
const defaultRetryDelays = [
  ...[15_000, 60_000, 5 * 60_000, 30 * 60_000],
  ...[1, 2, 5, 10, 14, 18, 20].map((hours) => hours * 3_600_000),
];

/**
 * How long an untouched entry is kept, in ms: its endpoint is no longer configured, or its event never
 * happened.
 */
const keptMs = 3 * 24 * 3_600_000;

/**
 * How long a sent message is remembered, in ms: LiveKit keeps an egress for a day, so that a slow process may
 * announce it late.
 */
const keptSentMs = 25 * 3_600_000;

/** How often the outbox is listed, in ms, if nothing is due earlier, and how soon after a failure. */
const idleMs = 300_000;
const retryMs = 30_000;

/** How many entries are read or written concurrently, and how many per endpoint may wait to be written. */
const maxConcurrent = 16;
const maxWaiting = 1_000;

/** The bucket that holds the outbox. */
export interface Bucket {
  storage: Pick<Storage, 'list' | 'getTextAndEtag' | 'putJson' | 'putEmpty' | 'deleteMany' | 'now'>;
  /** Key prefix of the recordings' folder. */
  path: string;
  /** Reads a recording from its manifest, once it has ended. */
  readRecording: (name: string) => Promise<Recording | undefined>;
  retryDelays?: number[];
}

/**
 * Outgoing webhooks, stored in the bucket until they are accepted: at-least-once delivery, across crashes.
 * One object per message and endpoint; emptied once settled, and kept for a day, so that a slower process
 * does not send it again. A process claims an attempt by a conditional write. Due times are by S3's clock,
 * the same for all processes.
 *
 * Three PUTs per message and endpoint; a LIST every five minutes, and when a retry is due.
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

  const entries = createOutboxEntries(storage);
  const writes = createQueue({ atOnce: maxConcurrent, maxWaiting: maxWaiting * endpoints.length });
  /** The keys of entries queued or being sent by this process. */
  const inFlight = new Set<string>();
  /** When waiting entries are due, by the monotonic clock, unless they are rewritten. */
  let waiting = new Map<string, { writtenAt: number; dueAt: number }>();
  let checkAt = -Infinity;

  const checkWithin = (ms: number): void => {
    checkAt = Math.min(checkAt, monotonicTime() + ms);
  };

  async function giveUp(key: string, endpoint: Endpoint, message: Message, reason: string): Promise<void> {
    endpoint.logFailure(message, reason);
    await entries.settle(key);
  }

  /** Makes the claimed attempt. */
  async function tryOnce(key: string, endpoint: Endpoint, message: Message, tries: number): Promise<void> {
    const reason = await endpoint.attempt(message);
    if (reason === undefined) return entries.settle(key);
    const isGone = endpoint.isGone();
    // The next process continues.
    if (endpoint.ended() !== undefined && !isGone) return;
    const delay = isGone ? undefined : retryDelays[tries - 1];
    if (delay === undefined) return giveUp(key, endpoint, message, endpoint.ended() ?? reason);
    endpoint.logRetry(message, reason);
    checkWithin(delay);
  }

  /** Queues the next attempt. */
  function deliver(
    key: string,
    endpoint: Endpoint,
    { message, entry, etag }: { message: Message; entry: Entry; etag: string | undefined },
    ifNotClaimed: (error: unknown) => void,
  ): void {
    const run = async () => {
      const isOurs = await entries.claim(key, entry, etag).catch(ifNotClaimed);
      // Claimed by another process, or our own write's response was lost.
      if (isOurs === false) checkWithin(retryMs);
      if (isOurs) await tryOnce(key, endpoint, message, entry.attempts + 1);
    };
    inFlight.add(key);
    endpoint.add({
      run: () =>
        run()
          .catch((error: unknown) => {
            log.warn({ err: error, webhookId: message.id }, 'the result of a webhook is not stored yet');
            checkWithin(retryMs);
          })
          .finally(() => inFlight.delete(key)),
      drop() {
        inFlight.delete(key);
        checkWithin(retryMs);
      },
    });
  }

  /** Queues a message to an endpoint; whether it is stored, or the endpoint wants none. */
  async function announceTo(endpoint: Endpoint, message: Message, entry: Entry): Promise<boolean> {
    const sendFromMemory = (error: unknown) => {
      log.warn(
        { err: error, webhookId: message.id },
        'a webhook could not be stored: it is sent from memory',
      );
      endpoint.send(message);
    };
    if (endpoint.isGone()) {
      endpoint.send(message);
      return true;
    }
    const key = keyOf(message.id, endpoint);
    try {
      const owned = await entries.create(key, entry);
      if (owned) deliver(key, endpoint, { message, entry, etag: owned.etag }, sendFromMemory);
      return true;
    } catch (error) {
      sendFromMemory(error);
      return false;
    }
  }

  /** The message of an entry; undefined until its event has happened. One GET, or none. */
  async function messageOf({ type, name, body }: Entry): Promise<Message | undefined> {
    const id = messageId(type, name);
    if (body !== undefined) return { id, type, body };
    const data = await readRecording(name);
    if (!data || type !== `recording.${data.status}`) return undefined;
    return { id, type, body: JSON.stringify({ type, timestamp: storage.now().toISOString(), data }) };
  }

  /** Deletes an untouched entry, and logs a message that was never sent. */
  async function deleteUntouched(key: string): Promise<void> {
    const { entry } = (await entries.read(key)) ?? {};
    if (entry?.body !== undefined) {
      const { type, name } = entry;
      log.error(
        { webhookId: messageId(type, name), type, reason: 'it could not be sent for three days' },
        'a webhook was not delivered',
      );
    }
    await storage.deleteMany([key]);
  }

  /** Processes an entry; returns when it is due, by the monotonic clock, if it waits. */
  async function deliverIfDue(
    { key, lastModified }: StoredObject,
    endpoint: Endpoint,
  ): Promise<number | undefined> {
    if (entries.isSettled(key)) {
      await entries.settle(key);
      return undefined;
    }
    const found = await entries.read(key);
    const message = found && (await messageOf(found.entry));
    // The process that completes a prepared event sends it.
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
      await giveUp(key, endpoint, message, 'all attempts failed');
      return undefined;
    }
    deliver(key, endpoint, { message, entry, etag }, (error) => {
      log.warn({ err: error, webhookId: message.id }, 'a webhook could not be retried yet');
      checkWithin(retryMs);
    });
    return undefined;
  }

  /** Sends due messages, and deletes old entries. Throws the first failure after all were processed. */
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
    /** Stores that an event is about to happen; a failure is logged. */
    async prepare(type: NotificationType, name: string): Promise<void> {
      await pMap(endpoints, async (endpoint) => {
        if (endpoint.isGone()) return;
        const key = keyOf(messageId(type, name), endpoint);
        try {
          await entries.prepare(key, { type, name, attempts: 0 });
        } catch (error) {
          if (!(error instanceof ConditionNotMet))
            log.warn({ err: error, name, type }, 'a webhook could not be stored yet');
        }
      });
    },

    /**
     * Queues the webhook of an event that has happened, unless another process sends it.
     * @returns whether it is stored for all endpoints, and thus survives a crash; never rejects
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

    /** Whether the outbox is due to be processed. */
    isDue: (): boolean => monotonicTime() >= checkAt,

    /** Sends due messages. Throws the first failure after all were tried. */
    async deliver(): Promise<void> {
      try {
        await deliverDue();
      } catch (error) {
        checkWithin(retryMs);
        throw error;
      }
    },

    /** Resolves when all announced messages are stored, within a second; others are dropped and logged. */
    async close(): Promise<void> {
      await untilEnded(writes.settled());
      writes.end('the app was closed');
    },
  };
}

export type Outbox = ReturnType<typeof createOutbox>;
