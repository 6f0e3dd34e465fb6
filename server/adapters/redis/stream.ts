import { setTimeout as sleep } from 'node:timers/promises';
import { eventSchema, resetSchema, type ReelroomEvent, type Reset } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import { withTimeout, type Redis } from './client.ts';
import { parseJson } from '../../lib/parse-json.ts';

/** An event, and the id that resumes after it. */
export interface Entry<Event> {
  id: string;
  event: Event;
}

/** How long a blocking read waits for messages, in ms: less than the socket's timeout. */
const blockMs = 4_000;

/** How long to wait before reading is tried again, in ms. */
const retryMs = 200;

const messageSchema = z.union([eventSchema, resetSchema]);

/** Parses a message; undefined where this version does not know its type. */
const parseMessage = (text: string | undefined): ReelroomEvent | Reset | undefined =>
  parseJson(messageSchema, text);

/**
 * Events shared by all app processes in one order: a Redis stream of about `limit` messages, read over one
 * connection per process. `onEvent` gets each event, including this process's own; `onReset` is called
 * whenever some may have been missed, and then the events that the stream still holds are delivered again.
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
  // The shared client logs that Redis is down.
  reader.on('error', () => undefined);
  reader.connect().catch(() => undefined);

  let isReading = false;
  let hasFailed = false;
  /** Whether this process had events that did not reach the others. */
  let hasLocalEvents = false;

  const append = async (client: Redis, message: ReelroomEvent | Reset) => {
    const trim = { strategy: 'MAXLEN', strategyModifier: '~', threshold: limit } as const;
    await client.xAdd(key, '*', { message: JSON.stringify(message) }, { TRIM: trim });
  };

  async function publishReset(): Promise<void> {
    if (!hasLocalEvents) return;
    hasLocalEvents = false;
    try {
      await append(reader, { type: 'reset' });
    } catch (error) {
      hasLocalEvents = true;
      throw error;
    }
  }

  /** Delivers messages, oldest first; returns the id of the last one. */
  function dispatch(messages: { id: string; message: Record<string, string> }[]): string | undefined {
    for (const { id, message } of messages) {
      const event = parseMessage(message.message);
      if (event?.type === 'reset') onReset(id);
      else if (event) onEvent({ id, event });
    }
    return messages.at(-1)?.id;
  }

  /** Reads what the stream holds, then each new message, until Redis fails. */
  async function follow(): Promise<never> {
    const held = await reader.xRevRange(key, '+', '-', { COUNT: limit });
    onReset();
    let last = dispatch((held ?? []).reverse()) ?? '0-0';
    isReading = true;
    if (hasFailed) log.info('live updates reach all app processes again');
    hasFailed = false;
    for (;;) {
      await publishReset();
      const streams = await reader.xRead({ key, id: last }, { BLOCK: blockMs, COUNT: 100 });
      for (const { messages } of streams ?? []) last = dispatch(messages) ?? last;
    }
  }

  async function keepFollowing(): Promise<void> {
    while (!closing.signal.aborted) {
      if (reader.isReady)
        await follow().catch((error: unknown) => {
          isReading = false;
          if (!hasFailed && !closing.signal.aborted)
            log.warn({ err: error }, 'live updates reach only the clients of this app process');
          hasFailed = true;
        });
      await sleep(retryMs, undefined, { signal: closing.signal }).catch(() => undefined);
    }
  }
  const following = keepFollowing();

  return {
    /** Appends an event; throws when that failed or took over 0.5 s. */
    async publish(event: ReelroomEvent): Promise<void> {
      try {
        if (!isReading) throw new Error('the stream of events is not connected');
        await withTimeout(append(redis, event));
      } catch (error) {
        hasLocalEvents = true;
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
