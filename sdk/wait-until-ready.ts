import type { TRPCClient } from '@trpc/client';
import type { Unsubscribable } from '@trpc/server/observable';
import type { AppRouter } from '../server/router.ts';
import type { Recording } from '@reelroom/shared';
import { errorCodeOf, isRetryable } from './call-error.ts';
import { RecordingFailedError } from './recording-failed.ts';

/** The pause before a failed or missing recording is checked again, in ms. */
const retryMs = 1_000;

/** How long a recording may be missing, in ms: while it ends it is briefly neither live nor stored. */
const missingMs = 5_000;

/** How often to check without an event, in ms: the process that should publish it may have died. */
const pollMs = 30_000;

const notFound = 'RECORDING_NOT_FOUND';

interface Options {
  signal?: AbortSignal;
}

type Procedures = Pick<TRPCClient<AppRouter>, 'recordings' | 'system'>;

/**
 * An ended recording; undefined while it is live, which is checked first: its file exists before it is
 * finalised.
 */
async function findEnded(
  { recordings, system }: Procedures,
  name: string,
  options: Options,
): Promise<Recording | undefined> {
  const { live } = await recordings.list.query({ limit: 1 }, options);
  if (live.some((one) => one.name === name)) return undefined;
  try {
    return await recordings.get.query({ name }, options);
  } catch (error) {
    // Without LiveKit live recordings are unknown.
    const isHidden =
      errorCodeOf(error) === notFound && !(await system.status.query(undefined, options)).calls.ready;
    if (isHidden) return undefined;
    throw error;
  }
}

/** Waits `ms`, or until one of `signals` is aborted. */
const pause = (ms: number, signals: AbortSignal[]) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    for (const signal of signals) signal.addEventListener('abort', end);
    if (signals.some(({ aborted }) => aborted)) end();
  });

/**
 * Checks a recording until it has ended: after each event about it, and periodically. See
 * `ReelroomClient.waitUntilReady`.
 */
export async function waitUntilReady(
  procedures: Procedures,
  name: string,
  options: Options,
): Promise<Recording> {
  /** Aborted when it is to be checked again. */
  let turn = new AbortController();
  let changes: Unsubscribable | undefined;
  let missingSince: number | undefined;

  const listen = () =>
    procedures.recordings.changes.subscribe(undefined, {
      onData({ data }) {
        if (data.type === 'reset' || ('recording' in data && data.recording.name === name)) turn.abort();
      },
      // An error that ends it fails the next check, too.
      onError: () => undefined,
    });

  /** Whether a failed check may succeed later. */
  function mayBeFoundLater(error: unknown): boolean {
    if (errorCodeOf(error) !== notFound) return isRetryable(error);
    missingSince ??= Date.now();
    return Date.now() - missingSince < missingMs;
  }

  /** The ended recording, or the pause before the next check, in ms. */
  async function check(): Promise<Recording | number> {
    try {
      const ended = await findEnded(procedures, name, options);
      missingSince = undefined;
      return ended ?? pollMs;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!mayBeFoundLater(error)) throw error;
      return retryMs;
    }
  }

  try {
    for (;;) {
      turn = new AbortController();
      const found = await check();
      if (typeof found === 'object') {
        if (found.status === 'failed') throw new RecordingFailedError(found);
        return found;
      }
      // It begins with a reset, so that no event since the check is missed.
      changes ??= listen();
      await pause(found, [turn.signal, ...(options.signal ? [options.signal] : [])]);
      options.signal?.throwIfAborted();
    }
  } finally {
    changes?.unsubscribe();
  }
}
