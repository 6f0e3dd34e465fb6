import { errorCodeOf } from '@reelroom/sdk';
import { errorSentence } from '../app/error-message.ts';
import { trpc } from '../app/trpc.ts';
import { toast } from '../design/toasts.svelte.ts';
import { activeCall } from '../lib/storage.ts';

/** Saves the invite of a link to a room, which takes it out of the address. */
export function saveInvite(roomName: string, invite: string): void {
  activeCall.set('invite.room', roomName);
  activeCall.set('invite.token', invite);
}

/**
 * Accepts the invite to a room by whose link the user came, if there is one that has not been accepted yet. One
 * that is not valid shows a toast: the user may be let in all the same.
 */
export async function acceptInvite(roomName: string): Promise<void> {
  const invite = activeCall.get('invite.room') === roomName ? activeCall.get('invite.token') : undefined;
  if (invite === undefined) return;
  try {
    await trpc.invites.accept.mutate({ roomName, invite });
  } catch (error) {
    if (errorCodeOf(error) !== 'INVITE_INVALID') throw error;
    toast(errorSentence(error), 'warning');
  }
  activeCall.set('invite.token', undefined);
}
