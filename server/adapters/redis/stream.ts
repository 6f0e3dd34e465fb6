import { setTimeout as sleep } from 'node:timers/promises';
import { eventSchema, resetSchema, type ReelroomEvent, type Reset } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import { inTime, type Redis } from './client.ts';

/** An event, and the id that resumes behind it. */
export interface Entry<Event> {
  id: string;
  event: Event;
}

/** How long Redis holds a read that has nothing to give, in ms: less than the socket's own time-out. */
const blockMs = 4_000;

/** How long to wait before Redis is asked again, in ms. */
const retryMs = 200;

const messageSchema = z.union([eventSchema, resetSchema]);

/** A message that was read; nothing where it is not one that this version knows. */
function parseMessage(text: string | undefined): ReelroomEvent | Reset | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text ?? '')).data;
  } catch {
    return undefined;
  }
}

/**
 * Events that all app processes see, in one order: a Redis stream of about `limit`
 * messages, read by one connection for the whole process. `onEvent` gets each event,
 * this process's own too; `onReset` is called whenever some may have been missed, and
 * then the events that the stream still holds come again.
 */
export function createStream({
  redis,
  key,
  limit,
  log,
  onEvent,
  onReset,
}: {
  redis: Redis;
  key: string;
  limit: number;
  log: FastifyBaseLogger;
  onEvent: (entry: Entry<ReelroomEvent>) => void;
  onReset: (id?: string) => void;
}) {
  const closing = new AbortController();
  const reader = redis.duplicate();
  // The shared client tells of a Redis that is away.
  reader.on('error', () => undefined);
  reader.connect().catch(() => undefined);

  let isFollowing = false;
  let hasFailed = false;
  /** Whether this process had events that the others know nothing of. */
  let hasUnshared = false;

  const append = async (client: Redis, message: ReelroomEvent | Reset) => {
    const trim = { strategy: 'MAXLEN', strategyModifier: '~', threshold: limit } as const;
    await client.xAdd(key, '*', { message: JSON.stringify(message) }, { TRIM: trim });
  };

  async function tellOfUnshared(): Promise<void> {
    if (!hasUnshared) return;
    hasUnshared = false;
    try {
      await append(reader, { type: 'reset' });
    } catch (error) {
      hasUnshared = true;
      throw error;
    }
  }

  /** Hands messages on, oldest first: the id of the last one. */
  function take(messages: { id: string; message: Record<string, string> }[]): string | undefined {
    for (const { id, message } of messages) {
      const event = parseMessage(message.message);
      if (event?.type === 'reset') onReset(id);
      else if (event) onEvent({ id, event });
    }
    return messages.at(-1)?.id;
  }

  /** Reads what the stream holds and then all that comes, until Redis fails. */
  async function follow(): Promise<never> {
    const held = await reader.xRevRange(key, '+', '-', { COUNT: limit });
    onReset();
    let last = take((held ?? []).reverse()) ?? '0-0';
    isFollowing = true;
    if (hasFailed) log.info('live updates reach all app processes again');
    hasFailed = false;
    for (;;) {
      await tellOfUnshared();
      const streams = await reader.xRead({ key, id: last }, { BLOCK: blockMs, COUNT: 100 });
      for (const { messages } of streams ?? []) last = take(messages) ?? last;
    }
  }

  async function keepFollowing(): Promise<void> {
    while (!closing.signal.aborted) {
      if (reader.isReady)
        await follow().catch((error: unknown) => {
          isFollowing = false;
          if (!hasFailed && !closing.signal.aborted)
            log.warn({ err: error }, 'live updates reach only those whom this app process serves');
          hasFailed = true;
        });
      await sleep(retryMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }
  const following = keepFollowing();

  return {
    /** Appends an event; throws when it did not get there, within 0.5 s. */
    async publish(event: ReelroomEvent): Promise<void> {
      try {
        if (!isFollowing) throw new Error('the stream of events is not connected');
        await inTime(append(redis, event));
      } catch (error) {
        hasUnshared = true;
        throw error;
      }
    },

    async close(): Promise<void> {
      closing.abort();
      reader.destroy();
      await following;
    },
  };
}
