import { canSee } from './authorise.ts';
import type { Principal } from './principal.ts';

/** What every procedure is given. */
export interface Context {
  principal: Principal;
  /** Whether the principal may know of a room and its recordings. */
  canSee: (roomName: string) => boolean;
  /** Where the one who asks has found the app, without a slash at its end. */
  baseUrl: string;
}

/** What a procedure is told of a request, given where the one who asks has found the app. */
export const contextOf = (principal: Principal, baseUrl: string): Context => ({
  principal,
  baseUrl,
  canSee: (roomName) => canSee(principal, roomName),
});
