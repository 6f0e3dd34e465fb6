import { recordingNameSchema } from '@reelroom/shared';
import { z } from 'zod';
import { recordingNotFound } from '../lib/errors.ts';

/** What stands for a `*` that is the name of a recording. */
export const nameParams = z.object({ recordingName: recordingNameSchema });

/** A name that cannot be a recording's is one that is not found. */
export function recordingNameOf(params: { '*': string }): string {
  const { data } = recordingNameSchema.safeParse(params['*']);
  if (data === undefined) throw recordingNotFound();
  return data;
}
