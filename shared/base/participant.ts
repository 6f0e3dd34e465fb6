import * as z from 'zod/mini';
import { nameSchema } from './name-text.ts';
import { roomNameSchema } from './room-name.ts';

/** A participant and the room to join. Names need not be unique: two Anas are two participants. */
export const participantSchema = z.object({
  roomName: roomNameSchema,
  participantName: nameSchema(
    'participantName',
    '',
    'control characters or such as turn the direction of text',
  ).check(z.describe('What others in the room are shown; two of one name are two participants')),
});
export type Participant = z.infer<typeof participantSchema>;
