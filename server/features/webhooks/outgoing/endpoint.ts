import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyBaseLogger } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { createQueue, type Task } from './queue.ts';

/** A message to an endpoint; its id stays the same however often it is sent. */
export interface Message {
  id: string;
  type: string;
  /** JSON. */
  body: string;
}

/** How long an endpoint may take to answer, in ms. */
const timeoutMs = 10_000;

/** How long requests in flight may still take once the app closes, in ms. */
const closingMs = 2_000;

/** How many messages are sent concurrently, including those in memory that wait for a retry. */
const maxConcurrent = 8;

/** How many more may be queued. */
const maxWaiting = 1_000;

/** The status of an endpoint that wants no more messages (Standard Webhooks, "Responding to webhooks"). */
const gone = 410;

/** Subtracts up to a quarter, so that a receiver that comes back does not get all retries at once. */
const withJitter = (ms: number) => ms * (1 - Math.random() / 4);

const reasonOf = (error: unknown) =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);

/**
 * A receiver of webhooks. Messages have no guaranteed order. Undelivered ones are logged as errors.
 * @param retryDelays the pauses after each failed attempt of a message sent from memory, in ms
 */
export function createEndpoint({
  url,
  secret,
  retryDelays,
  log,
}: {
  url: string;
  secret: string;
  retryDelays: number[];
  log: FastifyBaseLogger;
}) {
  const webhook = new Webhook(secret);
  // A path or a query may hold a secret of the receiver's.
  const { origin } = new URL(url);
  const queue = createQueue({ atOnce: maxConcurrent, maxWaiting });
  /** Why nothing more is sent, once stopped. */
  let ended: string | undefined;
  let isGone = false;
  /** Ends the pauses before retries. */
  const stopping = new AbortController();
  /** Aborts requests in flight. */
  const aborting = new AbortController();

  function logFailure({ id, type }: Message, reason: string): void {
    log.error({ endpoint: origin, webhookId: id, type, reason }, 'a webhook was not delivered');
  }

  function logRetry({ id, type }: Message, reason: string): void {
    log.warn({ endpoint: origin, webhookId: id, type, reason }, 'a webhook is retried');
  }

  function end(reason: string): void {
    ended ??= reason;
    stopping.abort();
    queue.end(ended);
  }

  /** Sends once; undefined when it was accepted, else why it was not. */
  async function attempt({ id, body }: Message): Promise<string | undefined> {
    const now = new Date();
    try {
      const response = await fetch(url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'Reelroom',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': webhook.sign(id, now, body),
        },
        // The configured URL does not authorise its redirects.
        redirect: 'manual',
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), aborting.signal]),
      });
      await response.body?.cancel();
      if (response.status === gone) {
        isGone = true;
        end('the endpoint wants no more: it answered 410');
      }
      return response.ok ? undefined : `it answered ${response.status}`;
    } catch (error) {
      return reasonOf(error);
    }
  }

  async function deliver(message: Message): Promise<void> {
    for (let tries = 0; ; tries += 1) {
      const reason = await attempt(message);
      if (reason === undefined) return;
      const delay = retryDelays[tries];
      if (delay === undefined || ended !== undefined) return logFailure(message, ended ?? reason);
      logRetry(message, reason);
      await sleep(withJitter(delay), undefined, { signal: stopping.signal }).catch(() => undefined);
      if (ended !== undefined) return logFailure(message, ended);
    }
  }

  return {
    /** Identifies the endpoint without revealing its URL. */
    hash: createHash('sha256').update(url).digest('hex').slice(0, 16),

    attempt,
    logFailure,
    logRetry,

    /** Why nothing more is sent by this process, if so. */
    ended: (): string | undefined => ended,

    /** Whether it answered 410. */
    isGone: (): boolean => isGone,

    /** Queues a task, such as an {@link attempt}. */
    add: (task: Task): void => queue.add(task),

    /** Queues a message from memory; the oldest queued one is dropped when there are too many. */
    send(message: Message): void {
      queue.add({ run: () => deliver(message), drop: (reason) => logFailure(message, reason) });
    },

    /** Stops sending; resolves when the requests in flight have ended, within 2 s. */
    async close(): Promise<void> {
      end('the app was closed');
      const timer = setTimeout(() => aborting.abort(), closingMs);
      await queue.settled();
      clearTimeout(timer);
    },
  };
}

export type Endpoint = ReturnType<typeof createEndpoint>;
