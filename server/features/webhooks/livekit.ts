import type { FastifyInstance } from 'fastify';
import { LRUCache } from 'lru-cache';
import { webhookInvalid } from '../../lib/errors.ts';
import { webhookLifetimeMs, type Livekit } from '../../adapters/livekit/livekit.ts';
import type { KeepOut } from '../admission/remove-participant.ts';
import type { AutoRecord } from '../recording/auto-record.ts';
import type { Lifecycle } from '../recording/lifecycle.ts';

/**
 * `POST /livekit/webhook`: LiveKit's events about egresses and joining participants, signed over the raw body
 * (LiveKit, "Webhooks"). Answered as soon as the event is applied: finalising runs in the background. A
 * replayed webhook is ignored: the signature identifies body and second. 401 for a bad signature; a 5xx when
 * an egress could not be applied, so that LiveKit retries.
 */
export async function webhookRoute(
  app: FastifyInstance,
  {
    livekit,
    lifecycle,
    autoRecord,
    keepOut,
  }: {
    livekit: Pick<Livekit, 'receiveWebhook'>;
    lifecycle: Pick<Lifecycle, 'receiveWebhook'>;
    autoRecord: Pick<AutoRecord, 'participantJoined'>;
    keepOut: KeepOut;
  },
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/webhook+json', 'application/json'],
    { parseAs: 'string', bodyLimit: 256 * 1024 },
    (_request, body, done) => done(null, body),
  );

  const handled = new LRUCache<string, true>({ max: 10_000, ttl: webhookLifetimeMs });

  app.post<{ Body: string }>('/livekit/webhook', async (request) => {
    const { authorization = '' } = request.headers;
    let event;
    try {
      event = await livekit.receiveWebhook(request.body, authorization);
    } catch (error) {
      // Anybody can send one: logged without a stack trace.
      const reason = error instanceof Error ? error.message : String(error);
      request.log.info({ reason }, 'a webhook with a bad signature');
      throw webhookInvalid();
    }
    if (handled.has(authorization)) return {};
    if (event.egressInfo) await lifecycle.receiveWebhook(event.egressInfo);
    if (event.event === 'participant_joined' && event.room) {
      autoRecord.participantJoined(event.room.name);
      if (event.participant) await keepOut(event.room.name, event.participant);
    }
    handled.set(authorization, true);
    return {};
  });
}
