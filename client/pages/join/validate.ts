import { m } from '../../messages/messages.ts';
import { participantSchema, type Participant } from '@reelroom/shared';

export type Field = 'participantName' | 'roomName';
type Checked = { input: Participant } | { errors: Partial<Record<Field, string>> };

const whenEmpty: Record<Field, string> = {
  participantName: m.join_name_empty,
  roomName: m.join_room_empty,
};

/** The input as the server takes it, or an error for each field, as the page says it. */
export function checkJoin(typed: Record<Field, string>): Checked {
  const parsed = participantSchema.safeParse(typed);
  if (parsed.success) return { input: parsed.data };
  const errorOf = (field: Field) => {
    const issue = parsed.error.issues.find(({ path }) => path[0] === field);
    if (!issue) return {};
    if (!typed[field].trim()) return { [field]: whenEmpty[field] };
    const { most, mostBytes } = issue.code === 'custom' ? (issue.params ?? {}) : {};
    if (typeof most === 'number') return { [field]: m.name_too_long(most) };
    if (typeof mostBytes === 'number') return { [field]: m.name_too_many_bytes(mostBytes) };
    return { [field]: field === 'roomName' ? m.room_name_refused : m.name_refused };
  };
  return { errors: { ...errorOf('participantName'), ...errorOf('roomName') } };
}
