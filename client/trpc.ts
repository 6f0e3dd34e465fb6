import type { AppRouter } from '@reelroom/server';
import {
  createTRPCClient,
  httpLink,
  httpSubscriptionLink,
  retryLink,
  splitLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import { observable } from '@trpc/server/observable';
import { base } from './base.ts';
import { heardServerTime } from './ui/server-time.ts';

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

/** The typed client: every call to the server goes through it. */
export const trpc = createTRPCClient<AppRouter>({
  links: [
    splitLink({
      condition: ({ type }) => type === 'subscription',
      true: [
        retryLink({ retry: () => true, retryDelayMs: (attempt) => Math.min(attempt * 500, 5000) }),
        endless,
        httpSubscriptionLink({ url: `${base}/trpc` }),
      ],
      false: httpLink({
        url: `${base}/trpc`,
        fetch: async (url, { signal, ...options } = {}) => {
          const response = await fetch(url, { ...options, signal: signal ?? null });
          heardServerTime(response.headers.get('date'));
          return response;
        },
      }),
    }),
  ],
});
