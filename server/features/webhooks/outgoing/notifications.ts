import { createHash } from 'node:crypto';
import type { Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { createEndpoint } from './endpoint.ts';
import { createOutbox, type Bucket } from './outbox.ts';
import type { NotificationType } from './outbox-entries.ts';

/**
 * A deterministic id per event type and recording, the same in all processes, so that a receiver can detect
 * duplicates (Standard Webhooks, "idempotency").
 */
const messageId = (type: NotificationType, name: string) =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([type, name]))
    .digest('base64url')}`;

/**
 * The pauses after each failed attempt of a message sent from memory, in ms: five attempts, within about ten
 * minutes.
 */
const defaultRetryDelays = [5_000, 30_000, 120_000, 400_000];

/**
 * Sends outgoing webhooks about recordings: a POST to each of `urls` by the Standard Webhooks specification,
 * signed with `secret` (`whsec_` and base64), retried on failure. Undelivered ones are kept in the `bucket`,
 * across restarts (see {@link createOutbox}), or in memory while S3 is unavailable.
 * @param bucket without it all is kept in memory
 * @throws when `secret` is not base64
 */
export function createNotifications({
  urls,
  secret,
  log,
  retryDelays = defaultRetryDelays,
  bucket,
}: {
  urls: string[];
  secret: string;
  log: FastifyBaseLogger;
  retryDelays?: number[];
  bucket?: Bucket;
}) {
  const endpoints = urls.map((url) => createEndpoint({ url, secret, log, retryDelays }));
  const outbox = bucket && createOutbox({ ...bucket, endpoints, messageId, log });

  /**
   * Queues a webhook to all endpoints.
   * @returns whether it is stored, and thus survives a crash; never rejects
   */
  async function announce(type: NotificationType, recording: Recording): Promise<boolean> {
    const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data: recording });
    const message = { id: messageId(type, recording.name), type, body };
    if (outbox) return outbox.announce(message, recording.name);
    for (const endpoint of endpoints) endpoint.send(message);
    return false;
  }

  return {
    /**
     * Stores that an event is about to happen, so that it is sent, once the manifest confirms it, even if
     * this process dies before it calls `notify`. A PUT per endpoint; never throws.
     */
    prepare: async (type: NotificationType, name: string): Promise<void> => outbox?.prepare(type, name),

    announce,

    /** Queues a webhook to all endpoints. Returns at once and never throws. */
    notify: (type: NotificationType, recording: Recording): void => void announce(type, recording),

    /** The outbox in the bucket; absent without a bucket. */
    outbox,

    /**
     * Lets requests in flight end, 2 s at most; the next process sends what is in the bucket, the rest is
     * dropped and logged.
     */
    async close(): Promise<void> {
      await outbox?.close();
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    },
  };
}
