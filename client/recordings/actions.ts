import { m } from '../messages/messages.ts';
import type { DeleteManyOutput, Recording } from '@reelroom/shared';
import { errorSentence, wordsOf } from '../app/error-message.ts';
import { trpc } from '../app/trpc.ts';
import { toast } from '../design/toasts.svelte.ts';
/** A recording for which something failed, and why, as the page says it. */
export interface Failed {
  recording: Recording;
  reason: string;
}

/** How many recordings one request changes: few enough to show progress. */
const batchSize = 100;

type Mutate = (input: { names: string[] }) => Promise<DeleteManyOutput>;

/** Changes recordings, a batch a request; `ondone` is called after each. Returns those that failed. */
async function inBatches(
  recordings: readonly Recording[],
  mutate: Mutate,
  ondone: (recordings: Recording[]) => void,
): Promise<Failed[]> {
  const failures: Failed[] = [];
  for (let from = 0; from < recordings.length; from += batchSize) {
    const some = recordings.slice(from, from + batchSize);
    const reasons = await changeBatch(some, mutate);
    ondone(some.filter(({ name }) => !reasons.has(name)));
    failures.push(
      ...some.flatMap((recording) => {
        const reason = reasons.get(recording.name);
        return reason === undefined ? [] : { recording, reason };
      }),
    );
  }
  return failures;
}

/** Deletes recordings: they move to the trash, or are gone where there is none. */
export const deleteRecordings = (
  recordings: readonly Recording[],
  ondeleted: (recordings: Recording[]) => void,
): Promise<Failed[]> => inBatches(recordings, trpc.recordings.deleteMany.mutate, ondeleted);

/** Deletes recordings for good, those of the trash or others. */
export const deleteForGood = (
  recordings: readonly Recording[],
  ondeleted: (recordings: Recording[]) => void,
): Promise<Failed[]> => inBatches(recordings, trpc.recordings.deleteForGood.mutate, ondeleted);

/** Restores recordings from the trash, and says how that went. */
export async function restoreRecordings(
  recordings: readonly Recording[],
  onrestored: (recordings: Recording[]) => void = () => undefined,
): Promise<void> {
  let count = 0;
  const [failure] = await inBatches(recordings, trpc.recordings.restore.mutate, (restored) => {
    count += restored.length;
    onrestored(restored);
  });
  if (count > 0) toast(m.restore_done(count));
  if (failure) toast(m.restore_failed(recordings.length - count, failure.reason), 'error');
}

/** Changes a batch; returns the reasons of those that failed, by name. */
async function changeBatch(recordings: Recording[], mutate: Mutate): Promise<Map<string, string>> {
  const names = recordings.map(({ name }) => name);
  try {
    const { results } = await mutate({ names });
    return new Map(
      results.flatMap(({ name, error }) =>
        // Somebody else has deleted it.
        error && error.code !== 'RECORDING_NOT_FOUND'
          ? [[name, wordsOf(error.code, error.message)] as const]
          : [],
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
