import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { ReelroomEvent, Reset } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Redis } from '../../adapters/redis/client.ts';
import type { Entry } from '../../adapters/redis/stream.ts';
import { createHistory } from './history.ts';
import { createStream } from '../../adapters/redis/stream.ts';

/** How many events a subscriber may be behind before it has to load anew. */
const rememberedEvents = 1_000;

/**
 * What happens, told to whoever subscribes: in all app processes where they share a
 * Redis, in this one where there is none, and while Redis is away.
 * @param scope whose events these are, since a Redis may serve several libraries: the
 *   bucket and the folder in it
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
  /** Unlike any id of another process, or of this one before it was started again. */
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

  return {
    /** Tells all subscribers of `event`. Returns at once and never throws. */
    publish(event: ReelroomEvent): void {
      if (stream) stream.publish(event).catch(() => addLocally(event));
      else addLocally(event);
    },

    /** Has the subscribers of this process load anew what they show. */
    reset(): void {
      history.clear();
      changes.emit('change');
    },

    /**
     * All events behind the one with the id `after`, then each as it comes, until
     * `signal` is aborted. A `reset` comes first without `after`, or when it is too old or
     * not known, and later whenever some were missed: what is shown must then be loaded.
     * Every id, a reset's too, can be given as `after` to whichever process.
     */
    async *subscribe({
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
    },

    /** Ends the connection to Redis; subscriptions end by their signals. */
    async close(): Promise<void> {
      await stream?.close();
    },
  };
}

export type Events = ReturnType<typeof createEvents>;
