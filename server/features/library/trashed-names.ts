import type { Recording } from '@reelroom/shared';
import { recordingNotFound } from '../../lib/errors.ts';
import { createReadThrough } from '../../lib/read-through.ts';
import type { Events } from '../events/events.ts';

/** How it is cached whether a recording is in the trash. */
const cached = { ttl: 5_000, max: 1_000 };

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
  const known = createReadThrough(
    async (name) => ({ isTrashed: (await readManifest(name))?.trashedAt !== undefined }),
    cached,
  );
  const stop = events.listen((event) => {
    if (event.type === 'reset') known.clear();
    else if ('recording' in event) known.forget(event.recording.name);
  });

  return {
    /**
     * Throws where a recording is in the trash: a GET of its manifest every 5 s.
     * @throws {ReelroomError} RECORDING_NOT_FOUND
     */
    async assertListed(name: string): Promise<void> {
      if ((await known.get(name)).isTrashed) throw recordingNotFound();
    },

    close: stop,
  };
}

export type TrashedNames = ReturnType<typeof createTrashedNames>;
