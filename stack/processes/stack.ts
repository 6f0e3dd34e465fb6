import { setTimeout as sleep } from 'node:timers/promises';
import { claimDataFolder, releaseDataFolder, shortenLogs } from './data-folder.ts';
import { end, orphansOf, processesOf } from './leftovers.ts';
import { busyPorts } from '../lib/ports.ts';
import { type Part, type PartSpec, startPart } from './process.ts';
import type { Settings } from '../lib/settings.ts';

/** Parts stop in this order: recordings end while everything that they need is still there. */
const stopOrder = ['egress', 'vite', 'app', 'livekit', 'pulseaudio', 's3', 'redis'];

/** Pauses before a part is started again, in ms: doubled each time, back to the first after a good run. */
const backoff = { first: 1_000, longest: 30_000, goodRun: 60_000 };

/** The running parts of one stack. */
export interface Stack {
  /** Aborts when the stack is to end: it was interrupted, or a part failed. */
  signal: AbortSignal;
  /** Starts a part; when it ends unasked, `onEnd` hears why: by default the whole stack fails. */
  launch: (spec: PartSpec, onEnd?: (how: string) => void) => Part;
  /** Tells a part something, if it runs. */
  send: (name: string, message: object) => void;
  /**
   * Resolves when a part is up that is started again whenever it ends, after which
   * `onChange` hears how it ended, and then that it is up again.
   */
  keep: (spec: PartSpec, onChange: (ended: string | undefined) => void) => Promise<void>;
}

/**
 * Does `work` with a stack in the data folder of `settings`, and stops every part of it
 * afterwards, however `work` ends. Rejects with the reason when the stack ends first.
 */
export async function withStack<T>(
  settings: Settings,
  interrupted: AbortSignal,
  work: (stack: Stack) => Promise<T>,
): Promise<T> {
  const { data } = settings;
  await claimDataFolder(settings);
  const broken = new AbortController();
  const signal = AbortSignal.any([interrupted, broken.signal]);
  const parts = new Map<string, Part>();
  const fail = (how: string) => broken.abort(new Error(how));

  const launch: Stack['launch'] = (spec, onEnd = fail) => {
    signal.throwIfAborted();
    const part = startPart(spec, data);
    parts.set(spec.name, part);
    void part.ended.then((how) => {
      if (parts.get(spec.name) !== part) return;
      parts.delete(spec.name);
      if (!signal.aborted) onEnd(how);
    });
    const { stop } = part;
    return {
      ...part,
      stop: () => {
        parts.delete(spec.name);
        return stop();
      },
    };
  };

  const send: Stack['send'] = (name, message) => parts.get(name)?.send(message);

  const keep: Stack['keep'] = async (spec, onChange) => {
    const first = launch(spec, () => {});
    await first.up;
    void again(first, Date.now()).catch((error: unknown) => broken.abort(error));

    async function again(part: Part, since: number, pause = backoff.first): Promise<void> {
      const how = await part.ended;
      if (signal.aborted) return;
      // Its last words are in its log.
      onChange(how.split('\n', 1).join());
      // What it left may still be ending a recording: the next one need not wait.
      void end(orphansOf(data));
      const next = Date.now() - since > backoff.goodRun ? backoff.first : pause;
      await sleep(next, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      const successor = launch(spec, () => {});
      const began = Date.now();
      await successor.up.then(
        () => onChange(undefined),
        () => successor.stop(),
      );
      return again(successor, began, Math.min(next * 2, backoff.longest));
    }
  };

  const shortening = setInterval(() => shortenLogs(settings), 60_000);
  try {
    const busy = await busyPorts(settings);
    if (busy.length > 0) throw new Error(busy.join('\n'));
    return await Promise.race([work({ signal, launch, send, keep }), whenAborted(signal)]);
  } finally {
    clearInterval(shortening);
    broken.abort();
    for (const name of stopOrder) await parts.get(name)?.stop();
    await end(processesOf(data));
    releaseDataFolder(settings);
  }
}

/** Rejects with the reason of `signal` once it aborts. */
export const whenAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
