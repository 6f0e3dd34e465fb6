import type { AppRouter } from '@reelroom/server';
import { createTRPCClient, httpLink } from '@trpc/client';
import { heardServerTime } from './ui/server-time.ts';

/** The typed client: every call to the server goes through it. */
export const trpc = createTRPCClient<AppRouter>({
  links: [
    httpLink({
      url: '/trpc',
      fetch: async (url, { signal, ...options } = {}) => {
        const response = await fetch(url, { ...options, signal: signal ?? null });
        heardServerTime(response.headers.get('date'));
        return response;
      },
    }),
  ],
});
