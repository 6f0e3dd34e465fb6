import { activeCall } from '../lib/storage.ts';

/** Saves the invite of a link to a room, which takes it out of the address. */
export function saveInvite(roomName: string, invite: string): void {
  activeCall.set('invite.room', roomName);
  activeCall.set('invite.token', invite);
}

/** The invite to a room that has not been accepted yet. */
export const inviteTo = (roomName: string): string | undefined =>
  activeCall.get('invite.room') === roomName ? activeCall.get('invite.token') : undefined;

/** Deletes the saved invite, once it was accepted or refused. */
export const clearInvite = (): void => activeCall.set('invite.token', undefined);
