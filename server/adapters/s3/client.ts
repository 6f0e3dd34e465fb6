import { S3Client } from '@aws-sdk/client-s3';
import type { Options } from '../../config/options.ts';
import { credentialsOf } from './credentials.ts';

/**
 * How long S3 may take until it begins to answer, in ms: one that is far away, busy, or has to get an object from a
 * cold tier takes seconds, and works all the same.
 */
export const answersWithin = 15_000;

/** For requests that move much data, or make the server do so: ms until the answer begins. */
export const patient = { requestTimeout: 120_000 };

/**
 * The SDK's client. It learns from the `Date` of each answer what time it is at S3, and signs
 * with that: see {@link s3Clock}.
 */
export function createS3Client(s3: Options['s3']): S3Client {
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: s3.region,
    credentials: credentialsOf(s3),
    forcePathStyle: s3.forcePathStyle,
    // Servers other than AWS refuse checksums that they do not know.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With a growing pause of random length between them, as S3's SlowDown asks for.
    maxAttempts: 4,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: 5_000,
      // Until the answer begins: a video may take hours.
      requestTimeout: answersWithin,
      throwOnRequestTimeout: true,
      // A paused viewer holds its socket: they must not use up a small pool.
      httpAgent: { maxSockets: 10_000, keepAlive: true },
      httpsAgent: { maxSockets: 10_000, keepAlive: true },
    },
  });
  // The SDK has learned from the refusal what time it is, and tries again where our clock has become wrong,
  // but not where it has been set right.
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (error instanceof Error && error.name === 'RequestTimeTooSkewed') return next(args);
        throw error;
      }
    },
    { step: 'initialize' },
  );
  return client;
}

/**
 * S3's clock, one for the SDK and for what is signed without it: how far it is ahead of ours is
 * kept where the SDK keeps it, by the SDK's rule.
 */
export const s3Clock = ({ config }: S3Client) => ({
  now: (): Date => new Date(Date.now() + config.systemClockOffset),

  /** Takes in the `Date` of an answer (RFC 9110, 6.6.1). */
  heard(date: string): void {
    const offset = Date.parse(date) - Date.now();
    if (!Number.isNaN(offset)) config.systemClockOffset = offset;
  },
});
