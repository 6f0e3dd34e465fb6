import { recordingNameSchema, roomNameSchema } from '@reelroom/shared';

/** Where a rule finds the target of a call: the field of its input, or of its path, that names it. */
export type Target =
  | 'nothing'
  /** All of this Reelroom. */
  | 'server'
  /** Those recordings that the one who asks may play: the call itself leaves out the others. */
  | 'library'
  | { room: string }
  | { recording: string }
  /** The recordings in one field, or in all of several. */
  | { recordings: string | readonly string[] };

/** What a call is about. */
export type On =
  | { kind: 'nothing' | 'server' | 'library' }
  | { kind: 'room'; roomName: string }
  | { kind: 'recordings'; names: readonly string[] }
  /** The input does not name it: only who may do this with everything gets to hear what is wrong with it. */
  | { kind: 'unknown' };

/** The value of a field of an input, of whatever type that is. */
const valueOf = (input: unknown, field: string): unknown =>
  typeof input === 'object' && input !== null
    ? Object.getOwnPropertyDescriptor(input, field)?.value
    : undefined;

/** The name of a recording, behind which a path may name one of its files. */
const nameIn = (value: unknown): unknown => (typeof value === 'string' ? value.split('/')[0] : value);

/**
 * What a call is about, by the target of its rule and its input: a procedure's, or a route's path, query or
 * body. Names are parsed by the schemas of all inputs, so that what is decided about is what is acted on. Pure.
 */
export function targetOf(target: Target, input: unknown): On {
  if (typeof target === 'string') return { kind: target };
  if ('room' in target) {
    const { data } = roomNameSchema.safeParse(valueOf(input, target.room));
    return data === undefined ? { kind: 'unknown' } : { kind: 'room', roomName: data };
  }
  const values =
    'recording' in target
      ? [nameIn(valueOf(input, target.recording))]
      : [target.recordings].flat().flatMap((field) => valueOf(input, field) ?? []);
  const names = values.map((name) => recordingNameSchema.safeParse(name).data);
  const known = names.filter((name) => name !== undefined);
  return known.length > 0 && known.length === names.length
    ? { kind: 'recordings', names: known }
    : { kind: 'unknown' };
}
