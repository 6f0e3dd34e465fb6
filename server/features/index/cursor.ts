import { createHash } from 'node:crypto';
import type { ListQuery } from '@reelroom/shared';
import { z } from 'zod';
import { invalidInput } from '../../lib/errors.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { isPosition } from './position.ts';

const cursorSchema = z.tuple([z.literal(1), z.string().refine(isPosition), z.string()]);

/** Identifies the list that a cursor belongs to; `limit` may change from page to page. */
const listHash = ({ limit: _limit, cursor: _cursor, ...list }: ListQuery): string =>
  createHash('sha256')
    .update(JSON.stringify(Object.entries(list).sort()))
    .digest('base64url')
    .slice(0, 8);

/** The cursor of this list's page that begins after `position`. */
export const cursorAfter = (position: string, query: ListQuery): string =>
  Buffer.from(JSON.stringify([1, position, listHash(query)])).toString('base64url');

/**
 * The position after which the requested page begins; undefined for the first one.
 * @throws {ReelroomError} INVALID_INPUT for an invalid cursor, or one of another list
 */
export function positionOfCursor(query: ListQuery): string | undefined {
  if (query.cursor === undefined) return undefined;
  const [, position, list] = parseJson(cursorSchema, Buffer.from(query.cursor, 'base64url').toString()) ?? [];
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
