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

/** How long requests under way may still take once the app closes, in ms. */
const closingMs = 2_000;

/** How many messages are on their way at once, those in memory that wait to be sent again among them. */
const maxConcurrent = 8;

/** How many more may wait for one of those to end. */
const maxWaiting = 1_000;

/** The answer of an endpoint that wants no more messages (Standard Webhooks, "Responding to webhooks"). */
const gone = 410;

/** Up to a quarter less, by chance, so that a receiver that comes back is not hit by all at once. */
const withJitter = (ms: number) => ms * (1 - Math.random() / 4);

const reasonOf = (error: unknown) =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);

/**
 * One system that is told: its messages, in no order that it could rely on. What it
 * does not take is logged as an error.
 * @param retryDelays how long to wait after each try that failed, in ms, of what is sent from memory
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
  /** Why nothing more is sent, once it is so. */
  let ended: string | undefined;
  let isGone = false;
  /** Ends the waits for another try. */
  const stopping = new AbortController();
  /** Ends requests under way. */
  const aborting = new AbortController();

  function logFailure({ id, type }: Message, reason: string): void {
    log.error({ endpoint: origin, webhookId: id, type, reason }, 'a webhook was not delivered');
  }

  function logRetry({ id, type }: Message, reason: string): void {
    log.warn({ endpoint: origin, webhookId: id, type, reason }, 'a webhook is tried again');
  }

  function end(reason: string): void {
    ended ??= reason;
    stopping.abort();
    queue.end(ended);
  }

  /** Sends once: nothing when it was taken, else why it was not. */
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
        // Whoever configured the URL did not choose where it leads.
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
    /** What tells this endpoint from others, and nothing of its URL. */
    hash: createHash('sha256').update(url).digest('hex').slice(0, 16),

    attempt,
    logFailure,
    logRetry,

    /** Why it is sent nothing more, in this process. */
    ended: (): string | undefined => ended,

    /** Whether it wants no more. */
    isGone: (): boolean => isGone,

    /** Has something done when its turn comes, such as an {@link attempt}. */
    add: (task: Task): void => queue.add(task),

    /** Has a message sent from memory when its turn comes; the oldest that waits gives way when too many do. */
    send(message: Message): void {
      queue.add({ run: () => deliver(message), drop: (reason) => logFailure(message, reason) });
    },

    /** Sends nothing more; resolves when the requests under way have ended, within 2 s. */
    async close(): Promise<void> {
      end('the app was closed');
      const timer = setTimeout(() => aborting.abort(), closingMs);
      await queue.settled();
      clearTimeout(timer);
    },
  };
}

export type Endpoint = ReturnType<typeof createEndpoint>;
