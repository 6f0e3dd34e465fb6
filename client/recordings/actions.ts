import type { Recording } from '@reelroom/shared';
import { errorSentence } from '../app/error-message.ts';
import { trpc } from '../app/trpc.ts';
import { toast } from '../design/toasts.svelte.ts';

/** A recording that was not deleted, and why, as the page says it. */
export interface DeleteFailure {
  recording: Recording;
  reason: string;
}

/** How many recordings one request deletes: few enough to show progress. */
const deleteBatchSize = 100;

/** Deletes recordings permanently, a batch a request; `ondeleted` is called after each. Returns those that failed. */
export async function deleteRecordings(
  recordings: readonly Recording[],
  ondeleted: (recordings: Recording[]) => void,
): Promise<DeleteFailure[]> {
  const failures: DeleteFailure[] = [];
  for (let from = 0; from < recordings.length; from += deleteBatchSize) {
    const some = recordings.slice(from, from + deleteBatchSize);
    const reasons = await deleteBatch(some);
    ondeleted(some.filter(({ name }) => !reasons.has(name)));
    failures.push(
      ...some.flatMap((recording) => {
        const reason = reasons.get(recording.name);
        return reason === undefined ? [] : { recording, reason };
      }),
    );
  }
  return failures;
}

/** Deletes a batch; returns the reasons of those that failed, by name. */
async function deleteBatch(recordings: Recording[]): Promise<Map<string, string>> {
  const names = recordings.map(({ name }) => name);
  try {
    const { results } = await trpc.recordings.deleteMany.mutate({ names });
    return new Map(
      results.flatMap(({ name, error }) =>
        // Somebody else has deleted it.
        error && error.code !== 'RECORDING_NOT_FOUND' ? [[name, error.message] as const] : [],
      ),
    );
  } catch (error) {
    return new Map(names.map((name) => [name, errorSentence(error)]));
  }
}

/** Changes title and retention of a recording; a failure becomes a toast, and undefined. */
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
