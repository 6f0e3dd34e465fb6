import { activeCall } from '../lib/storage.ts';

/** Whether the user agreed in this tab to be in any recording of that room. */
export const hasAgreed = (roomName: string): boolean => activeCall.get('call.agreed') === roomName;

/** Saves that the user agrees to be in any recording of that room. */
export function agree(roomName: string): void {
  activeCall.set('call.agreed', roomName);
}
