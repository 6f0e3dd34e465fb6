import { createTRPCClient, httpLink, splitLink, type TRPCClient } from '@trpc/client';
import type { AppRouter } from '../server/router.ts';
import type { Recording } from '@reelroom/shared';
import { baseOf, recordingUrl } from './recording-url.ts';
import { subscriptionLinks } from './subscription-link.ts';

export type { AppRouter } from '../server/router.ts';
export { errorCodeOf, isCallError } from './call-error.ts';
export { RecordingFailedError } from './recording-failed.ts';

/** Headers sent with a request. */
type Headers = Record<string, string>;

export interface ReelroomClientOptions {
  /**
   * Where Reelroom is, such as `https://video.example.org`, or `https://example.org/video`
   * where it has a prefix.
   */
  url: string | URL;
  /** An API key, `rr_…`, where access is protected: for programs, never for a page. `headers` are not sent then. */
  key?: string;
  /** Sent with every call and subscription, such as credentials. A function is called each time. */
  headers?: Headers | (() => Headers | Promise<Headers>);
  /** Makes the calls (not the subscriptions) in place of the global `fetch`. */
  fetch?: typeof fetch;
}

type Procedures = Pick<TRPCClient<AppRouter>, keyof AppRouter['_def']['record']>;

/** All procedures of the server, and helpers beyond a single call. */
export interface ReelroomClient extends Procedures {
  /** The address of a recording's video, absolute: for a `<video>`, or to be fetched in ranges. */
  recordingUrl(name: string): string;

  /**
   * Waits until a recording is `ready` and returns it; survives lost connections and restarts of the server.
   * @throws {RecordingFailedError} when it failed
   * @throws {TRPCClientError} RECORDING_NOT_FOUND when there is none of this name, or it was deleted
   * @throws the reason of `signal` when that is aborted
   */
  waitUntilReady(name: string, options?: { signal?: AbortSignal }): Promise<Recording>;
}

/**
 * A typed client of a Reelroom server, in Node ≥ 20 and in browsers.
 * @throws {TypeError} when `url` is not absolute
 */
export function createReelroomClient({
  url,
  key,
  headers,
  fetch: ownFetch,
}: ReelroomClientOptions): ReelroomClient {
  const base = baseOf(url);
  const trpcUrl = new URL('trpc', base).href;
  const given = key ? { authorization: `Bearer ${key}` } : headers;
  const headersNow = given && (async () => (typeof given === 'function' ? given() : given));
  const { audit, invites, keys, lobby, recordings, rooms, session, system, tokens } =
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: ({ type }) => type === 'subscription',
          true: subscriptionLinks({ url: trpcUrl, headers: headersNow }),
          false: httpLink({
            url: trpcUrl,
            ...(headersNow && { headers: headersNow }),
            ...(ownFetch && {
              fetch: (input, { signal, ...init } = {}) =>
                ownFetch(input, { ...init, signal: signal ?? null }),
            }),
          }),
        }),
      ],
    });
  return {
    ...{ audit, invites, keys, lobby, recordings, rooms, session, system, tokens },
    recordingUrl: (name) => recordingUrl(base, name),
    async waitUntilReady(name, options = {}) {
      // Pages that never wait do not load it.
      const { waitUntilReady } = await import('./wait-until-ready.ts');
      return waitUntilReady({ recordings, system }, name, options);
    },
  };
}
