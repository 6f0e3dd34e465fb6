import { LRUCache } from 'lru-cache';

/** After how long without a request a playback has ended, in ms. */
const pauseMs = 30 * 60_000;

/** The most playbacks that are told apart. */
const maxPlaybacks = 20_000;

/** Who plays, or downloads, what: the requests of one player have all of it in common. */
export interface Player {
  name: string;
  /** Who it is: an account, a link. */
  who: string;
  address: string;
  userAgent: string;
  isDownload: boolean;
}

/**
 * Tells playbacks from the requests that they are made of: a player asks for many ranges, and comes back after
 * a pause. In memory: behind a balancer that sends one player to several processes each counts it.
 */
export function createPlaybacks() {
  const known = new LRUCache<string, true>({ max: maxPlaybacks, ttl: pauseMs, updateAgeOnGet: true });

  return {
    /** Whether a request begins a playback. */
    begins({ name, who, address, userAgent, isDownload }: Player): boolean {
      const id = JSON.stringify([name, who, address, userAgent, isDownload]);
      if (known.get(id)) return false;
      known.set(id, true);
      return true;
    },
  };
}

export type Playbacks = ReturnType<typeof createPlaybacks>;
