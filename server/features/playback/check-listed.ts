import { recordingNameSchema } from '@reelroom/shared';
import type { preHandlerAsyncHookHandler } from 'fastify';
import { z } from 'zod';
import type { TrashedNames } from '../library/trashed-names.ts';

const paramsSchema = z.object({ '*': z.string() });

/** Rejects requests for files of a recording in the trash: RECORDING_NOT_FOUND. */
export const checkListed =
  ({ trashedNames }: { trashedNames: Pick<TrashedNames, 'assertListed'> }): preHandlerAsyncHookHandler =>
  async ({ params }) => {
    // After the name follows one of the recording's files.
    const [name = ''] = paramsSchema.parse(params)['*'].split('/');
    if (recordingNameSchema.safeParse(name).success) await trashedNames.assertListed(name);
  };
