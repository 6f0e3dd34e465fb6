import type { AuditEntry } from '@reelroom/shared';

/** What was done, as the page says it. */
const done: Record<string, string> = {
  'session.signIn': 'signed in',
  'session.signOut': 'signed out',
  'recordings.start': 'started a recording',
  'recordings.stop': 'stopped the recording',
  playback: 'watched',
  download: 'downloaded',
  'recordings.share': 'made a share link',
  'recordings.unshare': 'revoked share links',
  'recordings.unlock': 'opened a share link by its password',
  'recordings.rename': 'renamed',
  'recordings.setKeep': 'changed what is kept',
  'recordings.delete': 'deleted',
  'recordings.deleteMany': 'deleted several',
  'recordings.restore': 'restored',
  'recordings.deleteForGood': 'deleted for good',
  'recordings.emptyTrash': 'emptied the trash',
  'rooms.setRules': 'changed the rules of a room',
  'invites.create': 'made an invitation',
  'invites.revoke': 'revoked an invitation',
  'lobby.decide': 'let people in, or declined',
  'lobby.remove': 'removed somebody',
  'keys.create': 'made an API key',
  'keys.revoke': 'revoked an API key',
};

export const actionOf = ({ what }: Pick<AuditEntry, 'what'>): string => done[what] ?? what;

/** Groups of what was done, by the beginning of their names, to choose from. */
export const groups = [
  { value: '', label: 'Everything' },
  { value: 'session.', label: 'Signing in and out' },
  { value: 'playback', label: 'Watching' },
  { value: 'download', label: 'Downloads' },
  { value: 'recordings.', label: 'Changes to recordings' },
  { value: 'rooms.', label: 'Rules of rooms' },
  { value: 'invites.', label: 'Invitations' },
  { value: 'lobby.', label: 'Waiting rooms, removals' },
  { value: 'keys.', label: 'API keys' },
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
