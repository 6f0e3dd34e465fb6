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
const rememberedMs = 25 * 3_600_000;

/** How often the bucket is looked through, in ms, if nothing is due earlier, and how soon where something went wrong. */
const idleMs = 300_000;
const watchfulMs = 30_000;

/** How many entries are read, or written, at once, and how many of each endpoint may wait to be written. */
const atOnce = 16;
const maxWaiting = 1_000;

/** What stands in the bucket, and what it is about. */
export interface Bucket {
  storage: Pick<Storage, 'list' | 'getTextAndEtag' | 'putJson' | 'putEmpty' | 'deleteMany' | 'now'>;
  /** Key prefix of the recordings' folder. */
  path: string;
  /** A recording as its manifest describes it, once it has ended. */
  described: (name: string) => Promise<Recording | undefined>;
  retryDelays?: number[];
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
  described,
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
  const writes = createQueue({ atOnce, maxWaiting: maxWaiting * endpoints.length });
  /** The keys of those that are on their way here. */
  const inHand = new Set<string>();
  /** When those that wait are due, by the monotonic clock, as long as they are not written again. */
  let waiting = new Map<string, { writtenAt: number; dueAt: number }>();
  let lookAt = -Infinity;

  const lookWithin = (ms: number): void => {
    lookAt = Math.min(lookAt, monotonicTime() + ms);
  };

  async function giveUp(key: string, endpoint: Endpoint, message: Message, reason: string): Promise<void> {
    endpoint.giveUp(message, reason);
    await entries.settle(key);
  }

  /** Makes the try that was claimed. */
  async function tryOnce(key: string, endpoint: Endpoint, message: Message, tries: number): Promise<void> {
    const reason = await endpoint.attempt(message);
    if (reason === undefined) return entries.settle(key);
    const isGone = endpoint.isGone();
    // Whoever is next goes on.
    if (endpoint.ended() !== undefined && !isGone) return;
    const delay = isGone ? undefined : retryDelays[tries - 1];
    if (delay === undefined) return giveUp(key, endpoint, message, endpoint.ended() ?? reason);
    endpoint.triedAgain(message, reason);
    lookWithin(delay);
  }

  /** Has the next try made when its turn comes. */
  function deliver(
    key: string,
    endpoint: Endpoint,
    { message, entry, etag }: { message: Message; entry: Entry; etag: string | undefined },
    ifNotClaimed: (error: unknown) => void,
  ): void {
    const run = async () => {
      const isOurs = await entries.claim(key, entry, etag).catch(ifNotClaimed);
      // Somebody else's, or it was written and the answer was lost.
      if (isOurs === false) lookWithin(watchfulMs);
      if (isOurs) await tryOnce(key, endpoint, message, entry.attempts + 1);
    };
    inHand.add(key);
    endpoint.add({
      run: () =>
        run()
          .catch((error: unknown) => {
            log.warn({ err: error, webhookId: message.id }, 'what became of a webhook is not stored yet');
            lookWithin(watchfulMs);
          })
          .finally(() => inHand.delete(key)),
      drop() {
        inHand.delete(key);
        lookWithin(watchfulMs);
      },
    });
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
      const owned = await entries.own(key, entry);
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
    const data = await described(name);
    if (!data || type !== `recording.${data.status}`) return undefined;
    return { id, type, body: JSON.stringify({ type, timestamp: storage.now().toISOString(), data }) };
  }

  /** Deletes an entry that is not touched any more; that a message was never sent is logged. */
  async function forget(key: string): Promise<void> {
    const { entry } = (await entries.read(key)) ?? {};
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
  async function visit({ key, lastModified }: StoredObject, endpoint: Endpoint): Promise<number | undefined> {
    if (entries.isOver(key)) {
      await entries.settle(key);
      return undefined;
    }
    const found = await entries.read(key);
    const message = found && (await messageOf(found.entry));
    // What is not true yet, whoever makes it so sends.
    if (!message || inHand.has(key)) return undefined;
    const { entry, etag } = found;
    const reason = endpoint.isGone() ? endpoint.ended() : undefined;
    if (reason !== undefined) {
      await giveUp(key, endpoint, message, reason);
      return undefined;
    }
    const pauseMs = entry.attempts === 0 ? 0 : (retryDelays[entry.attempts - 1] ?? watchfulMs);
    const waitMs = lastModified.getTime() + pauseMs - storage.now().getTime();
    if (waitMs > 0) return monotonicTime() + waitMs;
    if (entry.attempts > retryDelays.length) {
      await giveUp(key, endpoint, message, 'all tries failed');
      return undefined;
    }
    deliver(key, endpoint, { message, entry, etag }, (error) => {
      log.warn({ err: error, webhookId: message.id }, 'a webhook is not tried again yet');
      lookWithin(watchfulMs);
    });
    return undefined;
  }

  /** Sends what is due, and takes away what is not needed any more. Throws, when all have been seen to, what went wrong with one. */
  async function look(): Promise<void> {
    lookAt = monotonicTime() + idleMs;
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
            if (age > rememberedMs) sent.push(key);
          } else if (age > keptMs) await forget(key);
          else if (endpoint && !inHand.has(key)) {
            const known = before.get(key);
            const isKnown = known?.writtenAt === writtenAt && known.dueAt > monotonicTime();
            const dueAt = isKnown ? known.dueAt : await visit(object, endpoint);
            if (dueAt === undefined) return;
            waiting.set(key, { writtenAt, dueAt });
            lookWithin(dueAt - monotonicTime());
          }
        } catch (error) {
          failures.push(error);
        }
      },
      { concurrency: atOnce },
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
          await entries.prepare(key, { type, name, attempts: 0 });
        } catch (error) {
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
                endpoint.giveUp(message, reason);
                resolve(false);
              },
            }),
          ),
      );
      return (await Promise.all(writing)).every(Boolean);
    },

    /** Whether something is due to be sent, or to be looked after. */
    isDue: (): boolean => monotonicTime() >= lookAt,

    /** Sends what is due. Throws, when all of it was tried, what went wrong. */
    async deliver(): Promise<void> {
      try {
        await look();
      } catch (error) {
        lookWithin(watchfulMs);
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
