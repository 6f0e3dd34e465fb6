import type { AuditEntry } from '@reelroom/shared';
import { wallTime } from '../../lib/clock.ts';
import type { Principal } from './principal.ts';
import type { On } from './targets.ts';

/** The most recordings that an entry names. */
const maxRecordings = 100;

/** Who a principal is in the audit: an account or a key, a guest, a link, or anyone. */
function whoIs({ id, guest, grants }: Principal, link: string | undefined): string {
  if (id !== undefined) return id;
  if (link !== undefined) return `link:${link}`;
  if (grants.some(({ kind }) => kind === 'admin')) return 'open access';
  return guest ? `guest:${guest.id.slice(0, 8)}` : 'anyone';
}

/** Something that was done, or tried. */
export interface AuditedCall {
  what: string;
  on: On;
  /** What who does it call themselves, where no credential says it. */
  name?: string | undefined;
  /** `ok`, or an error's code. */
  outcome: string;
}

/**
 * The entry of something that a principal did.
 * @param link the id of the share link by which they did it
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
