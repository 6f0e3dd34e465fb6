import type { FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import { monotonicTime } from '../lib/clock.ts';
import { storageNewer } from '../lib/errors.ts';
import { parseJson } from '../lib/parse-json.ts';
import { ConditionNotMet, ifUnchanged } from '../adapters/s3/conditions.ts';
import type { Storage } from '../adapters/s3/bucket.ts';

/**
 * The format in which this version stores recordings; raised when older versions may no longer write beside
 * it.
 */
const currentFormat = 2;

/**
 * The oldest format whose versions may write beside this one: format 1 does not know the trash, and would list
 * what is in it.
 */
const readableSince = ({ hasTrash }: { hasTrash: boolean }) => (hasTrash ? 2 : 1);

/** How long the format read from the bucket is cached, in ms: a newer version may appear any time. */
const cachedForMs = 10 * 60_000;

const formatSchema = z.looseObject({ written: z.number(), readableSince: z.number() });

/**
 * The format of a bucket's recordings, `{ written, readableSince }`: the newest that any version has written,
 * and the oldest whose versions may still write. An older version only reads.
 * @param path key prefix of the recordings' folder
 * @param hasTrash whether recordings may be in a trash
 */
export function createFormat({
  storage,
  path,
  hasTrash,
  log,
}: {
  storage: Pick<Storage, 'getTextAndEtag' | 'putJson'>;
  path: string;
  hasTrash: boolean;
  log: FastifyBaseLogger;
}) {
  const key = `${path}.reelroom/format`;
  const minReadable = readableSince({ hasTrash });
  let isNewer = false;
  let lastCheck: { at: number; done: Promise<void> } | undefined;

  /**
   * Reads the format and registers this version as a writer: one request, or two the first time in a bucket.
   */
  async function checkOnce(): Promise<void> {
    const found = await storage.getTextAndEtag(key);
    // Undefined for one that a newer version has written.
    const format = parseJson(formatSchema, found?.text);
    const wasNewer = isNewer;
    isNewer = found !== undefined && (!format || format.readableSince > currentFormat);
    if (isNewer && !wasNewer)
      log.error(
        { format, currentFormat },
        'the recordings were stored by a newer version: this one only reads them',
      );
    if (!isNewer && wasNewer) log.info('the recordings can be written again');
    const isKnown =
      format !== undefined && format.written >= currentFormat && format.readableSince >= minReadable;
    if (isNewer || isKnown) return;
    const next = {
      ...format,
      written: Math.max(format?.written ?? 0, currentFormat),
      readableSince: Math.max(format?.readableSince ?? 0, minReadable),
    };
    try {
      await storage.putJson(key, next, ifUnchanged(found?.etag));
    } catch (error) {
      if (error instanceof ConditionNotMet) await checkOnce();
      // A full S3 takes no format, and must still let recordings be deleted.
      else log.warn({ err: error }, 'the format of the recordings is not written yet');
    }
  }

  /** One request every ten minutes, however often it is called. */
  function check(): Promise<void> {
    if (lastCheck && monotonicTime() - lastCheck.at < cachedForMs) return lastCheck.done;
    const done = checkOnce();
    lastCheck = { at: monotonicTime(), done };
    done.catch(() => {
      if (lastCheck?.done === done) lastCheck = undefined;
    });
    return done;
  }

  return {
    check,

    /** Whether a newer version writes here, so that this one only reads; as of the last check. */
    isNewer: (): boolean => isNewer,

    /**
     * Throws unless this version may write.
     * @throws {ReelroomError} STORAGE_NEWER; STORAGE_UNAVAILABLE where the format is unknown
     */
    async assertWritable(): Promise<void> {
      await check();
      if (isNewer) throw storageNewer();
    },
  };
}

export type FormatWatch = ReturnType<typeof createFormat>;

/** The bucket, whose writes fail with STORAGE_NEWER unless this version may write. */
export const guardWrites = (
  storage: Storage,
  { assertWritable }: Pick<FormatWatch, 'assertWritable'>,
): Storage => ({
  ...storage,
  putJson: (...args) => assertWritable().then(() => storage.putJson(...args)),
  putEmpty: (...args) => assertWritable().then(() => storage.putEmpty(...args)),
  replace: (...args) => assertWritable().then(() => storage.replace(...args)),
  delete: (...args) => assertWritable().then(() => storage.delete(...args)),
  deleteEach: (...args) => assertWritable().then(() => storage.deleteEach(...args)),
  deleteMany: (...args) => assertWritable().then(() => storage.deleteMany(...args)),
  deleteIfMatch: (...args) => assertWritable().then(() => storage.deleteIfMatch(...args)),
  deleteReplaced: (...args) => assertWritable().then(() => storage.deleteReplaced(...args)),
  startUpload: (...args) => assertWritable().then(() => storage.startUpload(...args)),
  abortUploads: (...args) => assertWritable().then(() => storage.abortUploads(...args)),
});
