import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { storageUnavailable } from '../../lib/errors.ts';

/** How long resuming after one break may take, in ms. */
const resumeWithinMs = 30_000;

/** How many breaks are tolerated within how many bytes. */
const maxBreaks = 10;
const breaksApart = 1 << 20;

/** The longest pause before the second attempt, and before any, in ms. */
const firstPauseMs = 200;
const longestPauseMs = 2_000;

/** The rest of a body is lost: a retry does not help. */
export class BodyLost extends Error {
  override name = 'BodyLost';
}

/**
 * The bytes from `start` to before `end` of an unchanging object, as one stream. Where `body` breaks off, or
 * ends too early, the rest is requested once the consumer reads on: for 30 s, with back-off and jitter, and
 * at most 10 times within a megabyte. The stream fails with STORAGE_UNAVAILABLE when that fails, and when
 * `requestFrom` throws {@link BodyLost}; and with its reason once `signal` is aborted.
 * @param requestFrom requests the bytes from `at` to before `end`
 */
export function resumedBody({
  body,
  start,
  end,
  requestFrom,
  signal,
}: {
  body: Readable;
  start: number;
  end: number;
  requestFrom: (at: number) => Promise<Readable>;
  signal: AbortSignal;
}): Readable {
  let at = start;
  let source: Readable | undefined;
  let hasDemand = false;
  let breaks = 0;
  let firstBreakAt = 0;

  const fail = (error: unknown) =>
    whole.destroy(signal.aborted && error instanceof Error ? error : storageUnavailable(error));

  function follow(next: Readable): void {
    source = next;
    let broken: Error | undefined;
    // Paused first: adding a data listener would start the flow.
    next.pause();
    next.on('data', (piece: Uint8Array) => {
      at += piece.length;
      hasDemand = false;
      if (!whole.push(piece)) next.pause();
    });
    next.on('error', (error) => (broken = error));
    next.on('close', () => {
      source = undefined;
      if (whole.destroyed) return;
      if (at === end) whole.push(null);
      else if (signal.aborted) fail(broken);
      else {
        if (breaks === 0 || at - firstBreakAt >= breaksApart) [breaks, firstBreakAt] = [0, at];
        breaks += 1;
        if (breaks > maxBreaks) fail(broken);
        else if (hasDemand) resume();
      }
    });
  }

  async function requestRest(): Promise<Readable> {
    const until = performance.now() + resumeWithinMs;
    for (let tried = breaks; ; tried += 1) {
      const longest = Math.min(firstPauseMs * 2 ** (tried - 2), longestPauseMs);
      if (tried > 1) await sleep(Math.random() * longest, undefined, { signal });
      try {
        return await requestFrom(at);
      } catch (error) {
        if (error instanceof BodyLost || signal.aborted || performance.now() > until) throw error;
      }
    }
  }

  let isResuming = false;
  function resume(): void {
    isResuming = true;
    requestRest().then((next) => {
      isResuming = false;
      follow(next);
      if (whole.destroyed) next.destroy();
      else next.resume();
    }, fail);
  }

  const whole = new Readable({
    // The size of one read from a socket.
    highWaterMark: 64 * 1024,
    read() {
      hasDemand = true;
      if (source) source.resume();
      else if (!isResuming) resume();
    },
    destroy(error, done) {
      source?.destroy();
      done(error);
    },
  });
  // An error event of a stream that is destroyed unread would end the process.
  whole.on('error', () => undefined);
  follow(body);
  return whole;
}
