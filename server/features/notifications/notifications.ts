import { createHash } from 'node:crypto';
import type { Recording } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { createEndpoint } from './endpoint.ts';

export type NotificationType =
  'recording.started' | 'recording.ready' | 'recording.failed' | 'recording.deleted';

/**
 * The same for the same fact, so that a receiver that is told of it twice, by two app
 * processes for instance, can tell (Standard Webhooks, "idempotency").
 */
const messageId = (type: NotificationType, { id, name }: Recording) =>
  `msg_${createHash('sha256')
    .update(JSON.stringify([type, id, name]))
    .digest('base64url')}`;

/** How long to wait after each try that failed, in ms: five tries, within about ten minutes. */
const defaultRetryDelays = [5_000, 30_000, 120_000, 400_000];

/**
 * Tells other systems what becomes of recordings: a POST to each of `urls` by the
 * Standard Webhooks specification, signed with `secret` (`whsec_` and base64), tried
 * again when it fails. Kept in memory only: a process that ends gives up what it has.
 * @throws when `secret` is not base64
 */
export function createNotifications({
  urls,
  secret,
  log,
  retryDelays = defaultRetryDelays,
}: {
  urls: string[];
  secret: string;
  log: FastifyBaseLogger;
  retryDelays?: number[];
}) {
  const endpoints = urls.map((url) => createEndpoint({ url, secret, log, retryDelays }));

  return {
    /** Has all systems told, some time soon. Returns at once and never throws. */
    notify(type: NotificationType, recording: Recording): void {
      const body = JSON.stringify({ type, timestamp: new Date().toISOString(), data: recording });
      for (const endpoint of endpoints) endpoint.send({ id: messageId(type, recording), type, body });
    },

    /** Lets requests under way end, 2 s at most, gives up the rest and logs it. */
    async close(): Promise<void> {
      await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    },
  };
}
