import { recordingNameSchema, roomNameSchema } from '@reelroom/shared';

/** How a rule finds the target of a call: by a field of its input or path. */
export type Target =
  | 'nothing'
  /** All of this Reelroom. */
  | 'server'
  /** The recordings that the caller may play: the call itself omits the others. */
  | 'library'
  | { room: string }
  | { recording: string }
  /** The recordings in one field, or in all of several. */
  | { recordings: string | readonly string[] };

/** The target of a call. */
export type On =
  | { kind: 'nothing' | 'server' | 'library' }
  | { kind: 'room'; roomName: string }
  | { kind: 'recordings'; names: readonly string[] }
  /** The input names no target: only callers that have the ability on everything are told what is wrong. */
  | { kind: 'unknown' };

/** The value of a field of an input of unknown type. */
const valueOf = (input: unknown, field: string): unknown =>
  typeof input === 'object' && input !== null
    ? Object.getOwnPropertyDescriptor(input, field)?.value
    : undefined;

/** The name of a recording in a path, which may go on with one of its files. */
const nameIn = (value: unknown): unknown => (typeof value === 'string' ? value.split('/')[0] : value);

/**
 * The target of a call, from its rule and its input: a procedure's input, or a route's path, query or body. Names
 * are parsed by the same schemas as inputs, so that the rule checks what the call acts on. Pure.
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
