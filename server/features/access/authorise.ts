import type { Rule } from './policy.ts';
import type { Principal } from './principal.ts';

/** Whether a rule allows a principal. Fails closed: without a rule nobody is allowed. */
export const isAllowed = ({ kind }: Principal, rule: Pick<Rule, 'who'> | undefined): boolean =>
  rule !== undefined && (kind === 'admin' || rule.who.includes('everyone') || rule.who.includes(kind));

/** Whether a principal may know of a room and its recordings; filters event streams. */
export const canSee = ({ kind }: Principal, _roomName: string): boolean => kind === 'admin';
