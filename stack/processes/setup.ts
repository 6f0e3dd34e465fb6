import type { Setup } from '../../shared/api/system-status.ts';

type SetupPart = Setup['parts'][number];

/** A part, and since when it has been in its state (ms since 1970). */
interface Entry {
  part: SetupPart;
  since: number;
}

/** What is said of one part of the set-up; each call replaces what was said before. */
export interface Progress {
  /** It waits for something else. */
  waiting: (step: string) => void;
  /** It is being worked on. */
  working: (step: string) => void;
  ready: () => void;
  /** It does not work, and why. */
  failed: (step: string) => void;
}

/**
 * Keeps what is known of the set-up. `tell` gets the whole of it whenever it changes,
 * and every second while something is being worked on.
 */
export function createSetup(tell: (setup: Setup) => void) {
  const entries: Entry[] = [];
  const current = (): Setup => ({
    parts: entries.map(({ part, since }) => ({
      ...part,
      elapsedMs: part.state === 'working' ? Date.now() - since : part.elapsedMs,
    })),
  });
  const everySecond = setInterval(() => {
    if (entries.some(({ part }) => part.state === 'working')) tell(current());
  }, 1_000);
  everySecond.unref();

  return {
    current,
    /** Adds a part that waits to be set up. */
    add(name: string, needed: SetupPart['needed']): Progress {
      const entry: Entry = {
        part: { name, needed, step: 'waiting', state: 'waiting', elapsedMs: 0 },
        since: 0,
      };
      entries.push(entry);
      const become = (state: SetupPart['state'], step: string) => {
        const began = entry.part.state === 'working' ? entry.since : Date.now();
        entry.part = { ...entry.part, state, step, elapsedMs: Date.now() - began };
        entry.since = began;
        tell(current());
      };
      return {
        waiting: (step) => become('waiting', step),
        working: (step) => become('working', step),
        ready: () => become('ready', 'ready'),
        failed: (step) => become('failed', step),
      };
    },
  };
}
