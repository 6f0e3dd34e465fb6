import { httpSubscriptionLink, retryLink, TRPCClientError, type TRPCLink } from '@trpc/client';
import { observable, type Unsubscribable } from '@trpc/server/observable';
import type { AppRouter } from '../../server/router.ts';
import { mayGoWellLater } from './call-error.ts';

interface Connection {
  /** Of the tRPC API. */
  url: string;
  /** What is sent along, asked anew for each connection. */
  headers?: (() => Promise<Record<string, string>>) | undefined;
}

/** A server that is restarted ends its subscriptions in good order: for us that is a failure, to be retried. */
const endless: TRPCLink<AppRouter> =
  () =>
  ({ next, op }) =>
    observable((observer) =>
      next(op).subscribe({
        next: (value) => observer.next(value),
        error: (error) => observer.error(error),
        complete: () => observer.error(TRPCClientError.from(new Error('The subscription was ended'))),
      }),
    );

/** Server-sent events by a library, which is loaded when it is needed: for Node, and to send headers. */
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

/**
 * Subscriptions that go on until they are unsubscribed, over lost connections and
 * restarts of the server, resumed where they were; they end only when they are refused.
 */
export function subscriptionLinks({ url, headers }: Connection): TRPCLink<AppRouter>[] {
  const hasOwn = 'EventSource' in globalThis;
  return [
    retryLink({
      retry: ({ error }) => mayGoWellLater(error),
      retryDelayMs: (attempt) => Math.min(attempt * 500, 5000),
    }),
    endless,
    hasOwn && !headers ? httpSubscriptionLink({ url }) : libraryLink({ url, headers }),
  ];
}
