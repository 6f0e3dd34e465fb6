import type { Recording } from '@reelroom/shared';
import { errorSentence } from '../../app/error-message.ts';
import { watchSystem } from '../../app/status.svelte.ts';
import { trpc } from '../../app/trpc.ts';
import { toast } from '../../design/toasts.svelte.ts';
import { startOptions } from './start-options.svelte.ts';

/** Starts recording a room with the chosen options; shows a toast and returns undefined where that fails. */
export async function startRecording(roomName: string): Promise<Recording | undefined> {
  try {
    return await trpc.recordings.start.mutate({ roomName, ...startOptions.chosen });
  } catch (error) {
    toast(errorSentence(error), 'error');
    void watchSystem();
    return undefined;
  }
}

/** Stops recording a room; shows a toast and returns undefined where that fails. */
export async function stopRecording(roomName: string): Promise<Recording | undefined> {
  try {
    return await trpc.recordings.stop.mutate({ roomName });
  } catch (error) {
    toast(errorSentence(error), 'error');
    return undefined;
  }
}

/** Continues recording although the user is alone in the room; shows a toast where that fails. */
export async function keepRecording(roomName: string): Promise<void> {
  try {
    await trpc.recordings.keepRecording.mutate({ roomName });
  } catch (error) {
    toast(errorSentence(error), 'error');
  }
}
