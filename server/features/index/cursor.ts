import { createHash } from 'node:crypto';
import type { ListQuery } from '@reelroom/shared';
import { z } from 'zod';
import { invalidInput } from '../../lib/errors.ts';
import { isPosition } from './position.ts';

const cursorSchema = z.tuple([z.literal(1), z.string().refine(isPosition), z.string()]);

/** Tells the lists apart that a cursor may be of: `limit` may change from page to page. */
const listHash = ({ limit: _limit, cursor: _cursor, ...list }: ListQuery): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(list).sort()))
    .digest('base64url')
    .slice(0, 8);

/** The cursor of the page of this list that begins behind `position`. */
export const cursorAfter = (position: string, query: ListQuery): string =>
  Buffer.from(JSON.stringify([1, position, listHash(query)])).toString('base64url');

/**
 * The position behind which the page begins that is asked for; nothing for the first one.
 * @throws {ReelroomError} INVALID_INPUT for a cursor that is not one, or is of another list
 */
export function positionOfCursor(query: ListQuery): string | undefined {
  if (query.cursor === undefined) return undefined;
  const [, position, list] = parse(query.cursor) ?? [];
  if (position === undefined)
    throw invalidInput(
      'cursor is not one that a list has given: it must be the nextCursor of the page before',
    );
  if (list !== listHash(query))
    throw invalidInput(
      'cursor is of another list: filter and order must be those of the page before, or begin without a cursor',
    );
  return position;
}

function parse(cursor: string) {
  try {
    return cursorSchema.safeParse(JSON.parse(Buffer.from(cursor, 'base64url').toString())).data;
  } catch {
    return undefined;
  }
}
