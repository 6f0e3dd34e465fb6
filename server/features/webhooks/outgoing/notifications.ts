import { createHash } from 'node:crypto';
import type { Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { createEndpoint } from './endpoint.ts';
import { createOutbox, type Bucket } from './outbox.ts';
import type { NotificationType } from './outbox-entries.ts';

/**
 * The same for the same fact, in all processes, also in one that knows a recording by its file alone
 * and not its egress: a receiver that is told of it twice can tell (Standard Webhooks, "idempotency").
 */
const messageId = (type: NotificationType, name: string) =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([type, name]))
    .digest('base64url')}`;

/** How long to wait after each try that failed, in ms, of what is sent from memory: five tries, within about ten minutes. */
const defaultRetryDelays = [5_000, 30_000, 120_000, 400_000];

/**
 * Tells other systems what becomes of recordings: a POST to each of `urls` by the
 * Standard Webhooks specification, signed with `secret` (`whsec_` and base64), tried
 * again when it fails. What waits for that is kept in the `bucket`, through the end of this process
 * (see {@link createOutbox}), or in memory while S3 does not take it.
 * @param bucket there is none when absent
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
   * Has all systems told, some time soon.
   * @returns whether they will be even if this process dies, as soon as that is known; never rejects
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
     * Writes down what is about to become of a recording, so that systems are told even if this process
     * dies before it calls `notify`, once the manifest says so. A PUT for each system; never throws.
     */
    prepare: async (type: NotificationType, name: string): Promise<void> => outbox?.prepare(type, name),

    announce,

    /** Has all systems told, some time soon. Returns at once and never throws. */
    notify: (type: NotificationType, recording: Recording): void => void announce(type, recording),

    /** What waits in the bucket; nothing does without one. */
    outbox,

    /** Lets requests under way end, 2 s at most; what is in the bucket the next process sends, the rest is given up and logged. */
    async close(): Promise<void> {
      await outbox?.close();
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    },
  };
}
