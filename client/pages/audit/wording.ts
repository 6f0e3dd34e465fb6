import { m } from '../../messages/messages.ts';
import type { AuditEntry } from '@reelroom/shared';

/** What was done, as the page says it. */
const done: Record<string, string> = {
  'session.signIn': m.audit_signed_in,
  'session.signOut': m.audit_signed_out,
  'recordings.start': m.audit_started,
  'recordings.stop': m.audit_stopped,
  playback: m.audit_watched,
  download: m.audit_downloaded,
  'recordings.share': m.audit_shared,
  'recordings.unshare': m.audit_unshared,
  'recordings.unlock': m.audit_unlocked,
  'recordings.rename': m.audit_renamed,
  'recordings.setKeep': m.audit_kept,
  'recordings.delete': m.audit_deleted,
  'recordings.deleteMany': m.audit_deleted_several,
  'recordings.restore': m.audit_restored,
  'recordings.deleteForGood': m.audit_deleted_for_good,
  'recordings.emptyTrash': m.audit_emptied_trash,
  'rooms.setRules': m.audit_changed_rules,
  'invites.create': m.audit_invited,
  'invites.revoke': m.audit_uninvited,
  'lobby.decide': m.audit_decided,
  'lobby.remove': m.audit_removed,
  'keys.create': m.audit_made_key,
  'keys.revoke': m.audit_revoked_key,
};

export const actionOf = ({ what }: Pick<AuditEntry, 'what'>): string => done[what] ?? what;

/** Groups of what was done, by the beginning of their names, to choose from. */
export const groups = [
  { value: '', label: m.audit_everything },
  { value: 'session.', label: m.audit_group_session },
  { value: 'playback', label: m.audit_group_watching },
  { value: 'download', label: m.audit_group_downloads },
  { value: 'recordings.', label: m.audit_group_changes },
  { value: 'rooms.', label: m.audit_group_rules },
  { value: 'invites.', label: m.audit_group_invitations },
  { value: 'lobby.', label: m.audit_group_waiting },
  { value: 'keys.', label: m.audit_group_keys },
] as const;

/** A value as one cell of CSV (RFC 4180), which no spreadsheet takes for a formula. */
export function csvCell(value: string): string {
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

const columns = ['time', 'who', 'name', 'address', 'what', 'room', 'recordings', 'outcome'];

/** Entries as CSV, with a first line of names. */
export const csvOf = (entries: readonly AuditEntry[]): string =>
  [
    columns,
    ...entries.map(({ at, who, name = '', address, what, room = '', recordings = [], outcome }) => [
      ...[new Date(at).toISOString(), who, name, address, what, room, recordings.join(' '), outcome],
    ]),
  ]
    .map((row) => row.map(csvCell).join(',') + '\r\n')
    .join('');

/** Entries as JSON, a line each. */
export const linesOf = (entries: readonly AuditEntry[]): string =>
  entries.map((entry) => JSON.stringify(entry) + '\n').join('');
