import { canSee } from './authorise.ts';
import type { Principal } from './principal.ts';

/** The context of every procedure. */
export interface Context {
  principal: Principal;
  /** Whether the principal may know of a room and its recordings. */
  canSee: (roomName: string) => boolean;
  /** The app's URL as the client addressed it, without a trailing slash. */
  baseUrl: string;
}

/** A procedure's context, given the app's URL as the client addressed it. */
export const contextOf = (principal: Principal, baseUrl: string): Context => ({
  principal,
  baseUrl,
  canSee: (roomName) => canSee(principal, roomName),
});
