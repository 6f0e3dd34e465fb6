import { createHmac } from 'node:crypto';
import type { Principal } from '../access/principal.ts';

/** What of a principal says which person it is. */
type Person = Pick<Principal, 'id' | 'guest'>;

/**
 * Ids of people in rooms: the same for all tabs of a browser, or of an account, in one room; another one in each
 * room, and nothing by which anybody could find out whose it is.
 */
export const createPeople =
  ({ keys: [key] }: { keys: readonly Buffer[] }) =>
  ({ id, guest }: Person, roomName: string): string | undefined => {
    const who = id ?? guest?.id;
    if (who === undefined || !key) return undefined;
    return createHmac('sha256', key).update(`${who}\n${roomName}`).digest('base64url').slice(0, 22);
  };

export type PersonOf = ReturnType<typeof createPeople>;
