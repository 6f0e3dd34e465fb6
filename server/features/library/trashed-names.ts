import type { Recording } from '@reelroom/shared';
import { LRUCache } from 'lru-cache';
import { recordingNotFound } from '../../lib/errors.ts';
import type { Events } from '../events/events.ts';

/** For how long it is cached whether a recording is in the trash, in ms, and for how many. */
const cachedForMs = 5_000;
const maxCached = 1_000;

/**
 * Tells whether a recording is in the trash, for what is sent without a look at its manifest. A recording that
 * is trashed or restored is known at once in the processes that share a Redis, in others within 5 s.
 * @param readManifest reads what the manifest of a recording says
 */
export function createTrashedNames({
  readManifest,
  events,
}: {
  readManifest: (name: string) => Promise<Recording | undefined>;
  events: Pick<Events, 'listen'>;
}) {
  const known = new LRUCache<string, Promise<boolean>>({ max: maxCached, ttl: cachedForMs });
  const stop = events.listen((event) => {
    if (event.type === 'reset') known.clear();
    else if ('recording' in event) known.delete(event.recording.name);
  });

  function isTrashed(name: string): Promise<boolean> {
    const cached = known.get(name);
    if (cached) return cached;
    const answer = readManifest(name).then((recording) => recording?.trashedAt !== undefined);
    known.set(name, answer);
    answer.catch(() => {
      if (known.peek(name) === answer) known.delete(name);
    });
    return answer;
  }

  return {
    /**
     * Throws where a recording is in the trash: a GET of its manifest every 5 s.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    async assertListed(name: string): Promise<void> {
      if (await isTrashed(name)) throw recordingNotFound();
    },

    close: stop,
  };
}

export type TrashedNames = ReturnType<typeof createTrashedNames>;
