import { createReelroomClient } from '@reelroom/sdk';
import { base } from './base.ts';
import { syncServerClock } from '../lib/server-clock.ts';

/** The typed client: every call to the server goes through it. */
export const trpc = createReelroomClient({
  url: location.origin + base,
  fetch: async (url, options) => {
    const response = await fetch(url, options);
    syncServerClock(response.headers.get('date'));
    return response;
  },
});
