import type { TRPCClient } from '@trpc/client';
import type { Unsubscribable } from '@trpc/server/observable';
import type { AppRouter } from '../server/router.ts';
import type { Recording } from '@reelroom/shared';
import { errorCodeOf, mayGoWellLater } from './call-error.ts';
import { RecordingFailedError } from './recording-failed.ts';

/** How long to wait before what failed is tried again, or what is nowhere is looked for again, in ms. */
const retryMs = 1_000;

/** How long a recording may be nowhere, in ms: one that ends is, for a moment, neither under way nor stored. */
const nowhereMs = 5_000;

/** How often to look though nothing was told, in ms: who was to tell may have died first. */
const lookMs = 30_000;

const notFound = 'RECORDING_NOT_FOUND';

interface Options {
  signal?: AbortSignal;
}

type Procedures = Pick<TRPCClient<AppRouter>, 'recordings' | 'system'>;

/**
 * A recording that has ended. Nothing while it is under way, which is asked first: its file
 * is there before all that is done with it is done.
 */
async function look(
  { recordings, system }: Procedures,
  name: string,
  options: Options,
): Promise<Recording | undefined> {
  const { live } = await recordings.list.query({ limit: 1 }, options);
  if (live.some((one) => one.name === name)) return undefined;
  try {
    return await recordings.get.query({ name }, options);
  } catch (error) {
    // Without LiveKit nobody knows what is under way.
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
 * Looks for a recording until it has ended: whenever something is told of it, and now and
 * then without. See `ReelroomClient.waitUntilReady`.
 */
export async function waitUntilReady(
  procedures: Procedures,
  name: string,
  options: Options,
): Promise<Recording> {
  /** Aborted when there is reason to look again. */
  let turn = new AbortController();
  let changes: Unsubscribable | undefined;
  let nowhereSince: number | undefined;

  const listen = () =>
    procedures.recordings.changes.subscribe(undefined, {
      onData({ data }) {
        if (data.type === 'reset' || ('recording' in data && data.recording.name === name)) turn.abort();
      },
      // Whatever refuses it refuses the next look, too.
      onError: () => undefined,
    });

  /** Whether it may be found later, though looking for it failed. */
  function mayBeFoundLater(error: unknown): boolean {
    if (errorCodeOf(error) !== notFound) return mayGoWellLater(error);
    nowhereSince ??= Date.now();
    return Date.now() - nowhereSince < nowhereMs;
  }

  /** The end, or how long to wait before the next look, in ms. */
  async function lookOnce(): Promise<Recording | number> {
    try {
      const ended = await look(procedures, name, options);
      nowhereSince = undefined;
      return ended ?? lookMs;
    } catch (error) {
      options.signal?.throwIfAborted();
      if (!mayBeFoundLater(error)) throw error;
      return retryMs;
    }
  }

  try {
    for (;;) {
      turn = new AbortController();
      const found = await lookOnce();
      if (typeof found === 'object') {
        if (found.status === 'failed') throw new RecordingFailedError(found);
        return found;
      }
      // It begins with a reset, so that what happened since the look is looked for, too.
      changes ??= listen();
      await pause(found, [turn.signal, ...(options.signal ? [options.signal] : [])]);
      options.signal?.throwIfAborted();
    }
  } finally {
    changes?.unsubscribe();
  }
}
