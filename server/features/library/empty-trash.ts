import type { Emptied, Recording } from '@reelroom/shared';
import type { Index } from '../index/store.ts';
import type { Library } from './recordings.ts';

/** The most recordings that one call deletes. */
const maxDeleted = 1_000;

/**
 * Creates what deletes all of the trash for good, a thousand recordings at most per call: one LIST per 1,000,
 * and the requests of {@link Library.deleteFromTrash}.
 * @returns how many were deleted, and how many are left
 */
export const createEmptyTrash =
  ({ index, library }: { index: Pick<Index, 'inTrash'>; library: Pick<Library, 'deleteFromTrash'> }) =>
  async (): Promise<Emptied> => {
    const entered: Recording[] = [];
    let count = 0;
    for await (const { recording } of index.inTrash()) {
      count += 1;
      if (entered.length < maxDeleted) entered.push(recording);
    }
    const deleted = await library.deleteFromTrash(entered, () => true);
    return { deleted, left: count - deleted };
  };

export type EmptyTrash = ReturnType<typeof createEmptyTrash>;
