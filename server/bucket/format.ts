import type { FastifyBaseLogger } from 'fastify';
import { z } from 'zod';
import { monotonicTime } from '../lib/clock.ts';
import { storageNewer } from '../lib/errors.ts';
import { ConditionNotMet, ifUnchanged } from '../adapters/s3/conditions.ts';
import type { Storage } from '../adapters/s3/bucket.ts';

/** The format in which this version stores recordings: a higher one where others could not write beside it any more. */
const ours = 1;

/** The oldest format whose versions may write beside this one. */
const oursIsReadableSince = 1;

/** How long, in ms, what was seen of it holds: a newer version may come any time. */
const seenForMs = 10 * 60_000;

const formatSchema = z.looseObject({ written: z.number(), readableSince: z.number() });
type Format = z.infer<typeof formatSchema>;

/** What cannot be read a newer version has written. */
function parseFormat(text: string): Format | undefined {
  try {
    return formatSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/**
 * In which format a bucket's recordings are stored, `{ written, readableSince }`: the newest that
 * any version has written, and the oldest whose versions can still write beside it. A version that
 * is older than that only reads.
 * @param path key prefix of the recordings' folder
 */
export function createFormat({
  storage,
  path,
  log,
}: {
  storage: Pick<Storage, 'getTextAndEtag' | 'putJson'>;
  path: string;
  log: FastifyBaseLogger;
}) {
  const key = `${path}.reelroom/format`;
  let isNewer = false;
  let seen: { at: number; done: Promise<void> } | undefined;

  /** Looks, and says that this version writes as well: one request, or two once for each bucket. */
  async function lookOnce(): Promise<void> {
    const found = await storage.getTextAndEtag(key);
    const format = found && parseFormat(found.text);
    const wasNewer = isNewer;
    isNewer = found !== undefined && (!format || format.readableSince > ours);
    if (isNewer && !wasNewer)
      log.error({ format, ours }, 'the recordings were stored by a newer version: this one only reads them');
    if (!isNewer && wasNewer) log.info('the recordings can be written again');
    if (isNewer || (format && format.written >= ours)) return;
    const readableSince = Math.max(format?.readableSince ?? 0, oursIsReadableSince);
    const now = { ...format, written: ours, readableSince };
    try {
      await storage.putJson(key, now, ifUnchanged(found?.etag));
    } catch (error) {
      if (error instanceof ConditionNotMet) await lookOnce();
      // S3 that is full takes no format, and has to let recordings be deleted.
      else log.warn({ err: error }, 'the format of the recordings is not written yet');
    }
  }

  /** One request every ten minutes, however often it is called. */
  function look(): Promise<void> {
    if (seen && monotonicTime() - seen.at < seenForMs) return seen.done;
    const done = lookOnce();
    seen = { at: monotonicTime(), done };
    done.catch(() => {
      if (seen?.done === done) seen = undefined;
    });
    return done;
  }

  return {
    look,

    /** Whether a newer version writes here, and this one only reads; as of the last look. */
    isNewer: (): boolean => isNewer,

    /**
     * Makes sure that this version may write.
     * @throws {ReelroomError} STORAGE_NEWER; STORAGE_UNAVAILABLE where that is not known
     */
    async assertWritable(): Promise<void> {
      await look();
      if (isNewer) throw storageNewer();
    },
  };
}

export type FormatWatch = ReturnType<typeof createFormat>;

/** The bucket, written only by a version that may. */
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
