import type { AuditEntry } from '@reelroom/shared';
import { wallTime } from '../../lib/clock.ts';
import type { Principal } from './principal.ts';
import type { On } from './targets.ts';

/** The most recordings that an entry lists. */
const maxRecordings = 100;

/** A principal's name in the audit log: an account, a key, a guest, a link, or anyone. */
function whoIs({ id, guest, grants }: Principal, link: string | undefined): string {
  if (id !== undefined) return id;
  if (link !== undefined) return `link:${link}`;
  if (grants.some(({ kind }) => kind === 'admin')) return 'open access';
  return guest ? `guest:${guest.id.slice(0, 8)}` : 'anyone';
}

/** An action, or an attempt. */
export interface AuditedCall {
  what: string;
  on: On;
  /** The name that the caller gave, where no credential has one. */
  name?: string | undefined;
  /** `ok`, or an error's code. */
  outcome: string;
}

/**
 * The audit entry of a principal's action.
 * @param link the id of the share link that was used
 */
export function auditEntry(
  { what, on, name, outcome }: AuditedCall,
  { principal, address, link }: { principal: Principal; address: string; link?: string | undefined },
): AuditEntry {
  const called = principal.name ?? principal.viewer?.email ?? name;
  return {
    at: wallTime(),
    ...{ what, who: whoIs(principal, link), address, outcome },
    ...(called !== undefined && { name: called.slice(0, 200) }),
    ...(on.kind === 'room' && { room: on.roomName }),
    ...(on.kind === 'recordings' && { recordings: on.names.slice(0, maxRecordings) }),
  };
}
