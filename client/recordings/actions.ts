import type { Recording } from '@reelroom/shared';
import { errorSentence } from '../app/error-message.ts';
import { trpc } from '../app/trpc.ts';
import { toast } from '../design/toasts.svelte.ts';

/** Why a recording was not deleted, a sentence for people. */
export interface NotDeleted {
  recording: Recording;
  reason: string;
}

/** How many are deleted at once: few enough for the reader to see that it goes on. */
const atOnce = 100;

/** Deletes recordings for good, and tells which are gone as it goes on; answers those that are not. */
export async function deleteRecordings(
  recordings: readonly Recording[],
  ongone: (recordings: Recording[]) => void,
): Promise<NotDeleted[]> {
  const left: NotDeleted[] = [];
  for (let from = 0; from < recordings.length; from += atOnce) {
    const some = recordings.slice(from, from + atOnce);
    const reasons = await reasonsOf(some);
    ongone(some.filter(({ name }) => !reasons.has(name)));
    left.push(
      ...some.flatMap((recording) => {
        const reason = reasons.get(recording.name);
        return reason === undefined ? [] : { recording, reason };
      }),
    );
  }
  return left;
}

/** Deletes some: why not, by the names of those that are still there. */
async function reasonsOf(recordings: Recording[]): Promise<Map<string, string>> {
  const names = recordings.map(({ name }) => name);
  try {
    const { results } = await trpc.recordings.deleteMany.mutate({ names });
    return new Map(
      results.flatMap(({ name, error }) =>
        // Somebody else was faster.
        error && error.code !== 'RECORDING_NOT_FOUND' ? [[name, error.message] as const] : [],
      ),
    );
  } catch (error) {
    return new Map(names.map((name) => [name, errorSentence(error)]));
  }
}

/** Changes what people have to say of a recording; undefined when that failed and was told. */
export async function changeRecording(
  recording: Recording,
  { title, keep }: { title: string; keep: boolean },
): Promise<Recording | undefined> {
  const { name } = recording;
  let now = recording;
  try {
    if (title !== (now.title ?? '')) now = await trpc.recordings.rename.mutate({ name, title });
    if (keep !== (now.keep ?? false)) now = await trpc.recordings.setKeep.mutate({ name, keep });
    return now;
  } catch (error) {
    toast(errorSentence(error), 'error');
    return undefined;
  }
}
