import { recordingNameSchema } from '@reelroom/shared';
import { z } from 'zod';
import { recordingNotFound } from '../lib/errors.ts';

/** Documents a route's `*` that is the name of a recording. */
export const nameParams = z.object({ recordingName: recordingNameSchema });

/**
 * The recording's name in a route's `*`. @throws {ReelroomError} RECORDING_NOT_FOUND where it cannot be one
 */
export function recordingNameOf(params: { '*': string }): string {
  const { data } = recordingNameSchema.safeParse(params['*']);
  if (data === undefined) throw recordingNotFound();
  return data;
}
