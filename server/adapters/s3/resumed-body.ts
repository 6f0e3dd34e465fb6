import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { storageUnavailable } from '../../lib/errors.ts';

/** How long one break may be mended, in ms. */
const mendedWithin = 30_000;

/** How many breaks there may be within so many bytes. */
const maxBreaks = 10;
const breaksApart = 1 << 20;

/** The longest pause before a second try, and before any, in ms. */
const firstPause = 200;
const longestPause = 2_000;

/** The rest of a body cannot be got, however often it is asked for. */
export class BodyLost extends Error {
  override name = 'BodyLost';
}

/**
 * The bytes from `start` to before `end` of something that stays the same, as one stream. Where
 * `body` breaks off, or ends too early, the rest is asked for, once somebody wants to read it:
 * for 30 s, with growing pauses of random length, and at most 10 times within a megabyte. The
 * stream fails with STORAGE_UNAVAILABLE when that fails, and when `ask` throws {@link BodyLost};
 * and with its reason once `signal` is aborted.
 * @param ask for the bytes from `at` on, to before `end`
 */
export function resumedBody({
  body,
  start,
  end,
  ask,
  signal,
}: {
  body: Readable;
  start: number;
  end: number;
  ask: (at: number) => Promise<Readable>;
  signal: AbortSignal;
}): Readable {
  let at = start;
  let source: Readable | undefined;
  let isWanted = false;
  let breaks = 0;
  let firstBreakAt = 0;

  const fail = (error: unknown) =>
    whole.destroy(signal.aborted && error instanceof Error ? error : storageUnavailable(error));

  function follow(next: Readable): void {
    source = next;
    let broken: Error | undefined;
    // Paused first: a listener for data alone would have it flow.
    next.pause();
    next.on('data', (piece: Uint8Array) => {
      at += piece.length;
      isWanted = false;
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
        else if (isWanted) mend();
      }
    });
  }

  async function askAgain(): Promise<Readable> {
    const until = performance.now() + mendedWithin;
    for (let tried = breaks; ; tried += 1) {
      const longest = Math.min(firstPause * 2 ** (tried - 2), longestPause);
      if (tried > 1) await sleep(Math.random() * longest, undefined, { signal });
      try {
        return await ask(at);
      } catch (error) {
        if (error instanceof BodyLost || signal.aborted || performance.now() > until) throw error;
      }
    }
  }

  let isMending = false;
  function mend(): void {
    isMending = true;
    askAgain().then((next) => {
      isMending = false;
      follow(next);
      if (whole.destroyed) next.destroy();
      else next.resume();
    }, fail);
  }

  const whole = new Readable({
    // As large as what comes from a socket at once.
    highWaterMark: 64 * 1024,
    read() {
      isWanted = true;
      if (source) source.resume();
      else if (!isMending) mend();
    },
    destroy(error, done) {
      source?.destroy();
      done(error);
    },
  });
  // One that is destroyed before anybody reads it would end the process.
  whole.on('error', () => undefined);
  follow(body);
  return whole;
}
