import type { Recording } from '@reelroom/shared';
import { errorCode, errorSentence } from '../errors.ts';
import { watchSystem } from '../system/status.svelte.ts';
import { trpc } from '../trpc.ts';
import { toast } from '../ui/toasts.svelte.ts';
import { startOptions } from './start-options.svelte.ts';

/** Starts recording a room in the way that was chosen; undefined when that failed and was told. */
export async function startRecording(roomName: string): Promise<Recording | undefined> {
  try {
    return await trpc.recordings.start.mutate({ roomName, ...startOptions.chosen });
  } catch (error) {
    toast(errorSentence(error), 'error');
    void watchSystem();
    return undefined;
  }
}

/** Stops recording a room; undefined when that failed and was told. */
export async function stopRecording(roomName: string): Promise<Recording | undefined> {
  try {
    return await trpc.recordings.stop.mutate({ roomName });
  } catch (error) {
    toast(errorSentence(error), 'error');
    return undefined;
  }
}

/** Deletes a recording for good; answers whether it is gone. */
export async function deleteRecording(name: string): Promise<boolean> {
  try {
    await trpc.recordings.delete.mutate({ name });
    toast('Recording deleted.');
    return true;
  } catch (error) {
    toast(errorSentence(error), 'error');
    return errorCode(error) === 'RECORDING_NOT_FOUND';
  }
}
