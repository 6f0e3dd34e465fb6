import { httpSubscriptionLink, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import type { AppRouter } from '../server/router.ts';
import { isRetryable } from './call-error.ts';

interface Connection {
  /** Of the tRPC API. */
  url: string;
  /** Headers to send, evaluated for each connection. */
  headers?: (() => Promise<Record<string, string>>) | undefined;
}

/** Turns completion into an error: a restarting server completes its subscriptions, which must be retried. */
const reconnectOnComplete: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) =>
      next(op).subscribe({
        next: (value) => observer.next(value),
        error: (error) => observer.error(error),
        complete: () => observer.error(TRPCClientError.from(new Error('The subscription was ended'))),
      }),
    );

/** Server-sent events by the `eventsource` package, loaded on demand: for Node, and to send headers. */
function libraryLink({ url, headers }: Connection): TRPCLink<AppRouter> {
  const load = async () => {
    const { EventSource } = await import('eventsource');
    return httpSubscriptionLink<AppRouter, typeof EventSource>({
      url,
      EventSource,
      eventSourceOptions: {
        fetch: async (input, init) =>
          fetch(input, { ...init, headers: { ...(await headers?.()), ...init.headers } }),
      },
    });
  };
  return (runtime) => (call) =>
    observable((observer) => {
      let isWanted = true;
      let subscription: Unsubscribable | undefined;
      load().then(
        (link) => {
          if (isWanted) subscription = link(runtime)(call).subscribe(observer);
        },
        (error: Error) => observer.error(TRPCClientError.from(error)),
      );
      return () => {
        isWanted = false;
        subscription?.unsubscribe();
      };
    });
}

/** The pause after consecutive failures, in ms. */
const retryDelayMs = (failures: number) => Math.min(failures * 500, 5000);

/** Calls back after `ms`, or as soon as a browser has a network again, until the returned function is called. */
function wait(ms: number, callback: () => void): () => void {
  const end = () => {
    clearTimeout(timer);
    globalThis.removeEventListener?.('online', now);
  };
  const now = () => {
    end();
    callback();
  };
  const timer = setTimeout(now, ms);
  globalThis.addEventListener?.('online', now);
  return end;
}

/**
 * Reconnects after a retryable failure, and resumes after the last event received. tRPC's own `retryLink`
 * counts the failures of a subscription's whole life, so that after some restarts of the server each pause
 * would be the longest.
 */
export const retryLink: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) => {
      let failures = 0;
      let isOver = false;
      let lastEventId: string | undefined;
      let disconnect = () => {};
      let cancelWait = () => {};

      function connect() {
        const resumed =
          lastEventId === undefined ? op : { ...op, input: withLastEventId(op.input, lastEventId) };
        const subscription = next(resumed).subscribe({
          next(envelope) {
            const { result } = envelope;
            // A state message is not an answer of the server.
            if (result.type !== 'state') failures = 0;
            if ('id' in result && result.id) lastEventId = result.id;
            observer.next(envelope);
          },
          error(error) {
            // Unsubscribing completes the subscription below, which `reconnectOnComplete` turns into an
            // error.
            if (isOver) return;
            if (!isRetryable(error)) return observer.error(error);
            failures += 1;
            cancelWait = wait(retryDelayMs(failures), connect);
          },
          complete: () => observer.complete(),
        });
        disconnect = () => subscription.unsubscribe();
        // The observer may have unsubscribed synchronously.
        if (isOver) disconnect();
      }

      connect();
      return () => {
        isOver = true;
        cancelWait();
        disconnect();
      };
    });

const withLastEventId = (input: unknown, lastEventId: string) => ({
  ...(typeof input === 'object' ? input : {}),
  lastEventId,
});

/**
 * Links for subscriptions that last until unsubscribed: they reconnect after lost connections and restarts of
 * the server, resume where they were, and end only when refused.
 */
export function subscriptionLinks({ url, headers }: Connection): TRPCLink<AppRouter>[] {
  const hasOwn = 'EventSource' in globalThis;
  return [
    retryLink,
    reconnectOnComplete,
    hasOwn && !headers ? httpSubscriptionLink({ url }) : libraryLink({ url, headers }),
  ];
}
