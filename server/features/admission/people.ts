import { createHmac } from 'node:crypto';
import type { Principal } from '../access/principal.ts';

/** The parts of a principal that identify a person. */
type Person = Pick<Principal, 'id' | 'guest'>;

/**
 * Pseudonymous ids of people in rooms: the same for all tabs of a browser, or of an account, in one room; a
 * different one in each room.
 */
export const createPeople =
  ({ keys: [key] }: { keys: readonly Buffer[] }) =>
  ({ id, guest }: Person, roomName: string): string | undefined => {
    const who = id ?? guest?.id;
    if (who === undefined || !key) return undefined;
    return createHmac('sha256', key).update(`${who}\n${roomName}`).digest('base64url').slice(0, 22);
  };

export type PersonOf = ReturnType<typeof createPeople>;
