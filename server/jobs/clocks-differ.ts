import type { FastifyBaseLogger } from 'fastify';
import { wallTime } from '../lib/clock.ts';
import type { Storage } from '../adapters/s3/bucket.ts';

const dayMs = 24 * 60 * 60_000;

/**
 * Whether our clock and S3's differ by more than a day, which is logged: one of them is wrong, and deletion is
 * final. S3 must have been asked before. No request.
 * @param what is suspended then
 */
export function clocksDiffer(
  { storage, log }: { storage: Pick<Storage, 'now'>; log: FastifyBaseLogger },
  what: string,
): boolean {
  const s3Time = storage.now();
  if (Math.abs(s3Time.getTime() - wallTime()) <= dayMs) return false;
  log.error({ s3Time }, `${what} is suspended: this machine's clock and S3's differ by over a day`);
  return true;
}
