import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { ReelroomEvent, Reset } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from '../../adapters/redis/client.ts';
import type { Entry } from '../../adapters/redis/stream.ts';
import { createHistory } from './history.ts';
import { createStream } from '../../adapters/redis/stream.ts';

/** How many events a subscriber may lag behind before it is reset. */
const rememberedEvents = 1_000;

/**
 * Publishes events to subscribers: in all app processes that share a Redis; in this process only without
 * Redis, and while it is down.
 * @param scope the library's (bucket and folder), since a Redis may serve several
 */
export function createEvents({
  redis,
  scope,
  log,
}: {
  redis: Redis | undefined;
  scope: string;
  log: FastifyBaseLogger;
}) {
  const history = createHistory<ReelroomEvent>(rememberedEvents);
  const changes = new EventEmitter().setMaxListeners(0);
  /** Unique to this run of the process. */
  const processId = randomUUID();
  let eventCount = 0;

  function add(entry: Entry<ReelroomEvent>): void {
    history.add(entry);
    changes.emit('change');
  }
  const addLocally = (event: ReelroomEvent) => add({ id: `${processId}-${++eventCount}`, event });

  const stream =
    redis &&
    createStream({
      redis,
      key: `reelroom:events:${scope}`,
      limit: rememberedEvents,
      log,
      onEvent: add,
      onReset(id) {
        history.clear(id);
        changes.emit('change');
      },
    });

  /**
   * All events after the one with the id `after`, then each new one, until `signal` is aborted. A `reset`
   * comes first without `after`, or when it is too old or unknown, and later whenever events were missed:
   * the subscriber must then reload. Every id, a reset's too, can be passed as `after` to any process.
   */
  async function* subscribe({
    after,
    signal,
  }: {
    after?: string | null | undefined;
    signal: AbortSignal;
  }): AsyncGenerator<Entry<ReelroomEvent | Reset>, void> {
    let position = after ? history.positionAfter(after) : undefined;
    while (!signal.aborted) {
      const entry = position === undefined ? 'forgotten' : history.at(position);
      if (position === undefined || entry === 'forgotten') {
        const now = history.end();
        position = now.position;
        yield { id: now.id, event: { type: 'reset' } };
      } else if (entry) {
        position += 1;
        yield entry;
      } else {
        // Rejects when the signal is aborted, which ends the loop.
        await once(changes, 'change', { signal }).catch(() => undefined);
      }
    }
  }

  return {
    /** Publishes `event` to all subscribers. Returns at once and never throws. */
    publish(event: ReelroomEvent): void {
      if (stream) stream.publish(event).catch(() => addLocally(event));
      else addLocally(event);
    },

    /** Resets the subscribers of this process: they reload what they show. */
    reset(): void {
      history.clear();
      changes.emit('change');
    },

    subscribe,

    /**
     * Calls `onEvent` with all events from now on, a `reset` first.
     * @returns ends that
     */
    listen(onEvent: (event: ReelroomEvent | Reset) => void): () => Promise<void> {
      const closing = new AbortController();
      async function follow(): Promise<void> {
        for await (const { event } of subscribe({ signal: closing.signal })) onEvent(event);
      }
      const following = follow();
      return () => {
        closing.abort();
        return following;
      };
    },

    /** Ends the connection to Redis; subscriptions end by their signals. */
    async close(): Promise<void> {
      await stream?.close();
    },
  };
}

export type Events = ReturnType<typeof createEvents>;
