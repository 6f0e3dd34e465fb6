import { S3Client } from '@aws-sdk/client-s3';
import type { Options } from '../../config/options.ts';
import { credentialsOf } from './credentials.ts';

/**
 * How long S3 may take until its response begins, in ms: one that is far away, busy, or reads from a cold
 * tier takes seconds, and works.
 */
export const responseTimeoutMs = 15_000;

/** Options of requests that move much data, or make the server do so; ms until the response begins. */
export const longRequest = { requestTimeout: 120_000 };

/**
 * The SDK's client. It learns S3's time from the `Date` of each response and signs with that: see {@link
 * s3Clock}.
 */
export function createS3Client(s3: Options['s3']): S3Client {
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: s3.region,
    credentials: credentialsOf(s3),
    forcePathStyle: s3.forcePathStyle,
    // Servers other than AWS refuse checksums that they do not support.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // With exponential back-off and jitter, as S3's SlowDown asks for.
    maxAttempts: 4,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: 5_000,
      // Until the response begins: a video may take hours.
      requestTimeout: responseTimeoutMs,
      throwOnRequestTimeout: true,
      // A paused viewer holds its socket: a small pool would run out.
      httpAgent: { maxSockets: 10_000, keepAlive: true },
      httpsAgent: { maxSockets: 10_000, keepAlive: true },
    },
  });
  // The SDK learns the time from the refusal and retries where our clock has become wrong, but not where it
  // was corrected.
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
 * S3's clock, shared by the SDK and the requests signed without it: the offset is kept where the SDK keeps
 * it.
 */
export const s3Clock = ({ config }: S3Client) => ({
  now: (): Date => new Date(Date.now() + config.systemClockOffset),

  /** Learns the time from the `Date` of a response (RFC 9110, 6.6.1). */
  learn(date: string): void {
    const offset = Date.parse(date) - Date.now();
    if (!Number.isNaN(offset)) config.systemClockOffset = offset;
  },
});
