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
    // The contract names its field; people read a sentence about what they typed.
    const sentence = typed[field].trim() ? issue.message.replace(field, 'The name') + '.' : whenEmpty[field];
    return { [field]: sentence };
  };
  return { errors: { ...errorOf('participantName'), ...errorOf('roomName') } };
}
