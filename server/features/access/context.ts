import { canSee } from './authorise.ts';
import type { Rule } from './policy.ts';
import type { Principal } from './principal.ts';

/** The context of every procedure. */
export interface Context {
  principal: Principal;
  /** Whether the principal may know of a room and its recordings. */
  canSee: (roomName: string) => boolean;
  /** The app's URL as the client addressed it, without a trailing slash. */
  baseUrl: string;
  /** Counts a call that has a limit. */
  countCall: (rule: Rule | undefined) => Promise<void>;
}

/** A procedure's context, given the app's URL as the client addressed it. */
export const contextOf = (
  principal: Principal,
  { baseUrl, countCall }: Pick<Context, 'baseUrl' | 'countCall'>,
): Context => ({
  principal,
  baseUrl,
  countCall,
  canSee: (roomName) => canSee(principal, roomName),
});
