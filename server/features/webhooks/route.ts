import type { FastifyInstance } from 'fastify';
import { webhookInvalid } from '../../errors.ts';
import type { Livekit } from '../../plugins/livekit.ts';
import type { Services } from '../../services.ts';

/**
 * `POST /livekit/webhook`: LiveKit tells of its egresses, and of people who arrive,
 * signed over the raw body (LiveKit, "Webhooks"). Answered as soon as it is taken in: what
 * is to be done at a recording's end is done behind the answer. 401 for a bad signature; a
 * 5xx when an egress could not be taken in, so that LiveKit sends it again.
 */
export async function webhookRoute(
  app: FastifyInstance,
  { livekit, lifecycle, autoRecord }: Pick<Services, 'lifecycle' | 'autoRecord'> & { livekit: Livekit },
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/webhook+json', 'application/json'],
    { parseAs: 'string', bodyLimit: 256 * 1024 },
    (_request, body, done) => done(null, body),
  );

  app.post<{ Body: string }>('/livekit/webhook', async (request) => {
    let event;
    try {
      event = await livekit.receiveWebhook(request.body, request.headers.authorization);
    } catch (error) {
      request.log.warn({ err: error }, 'a webhook with a bad signature');
      throw webhookInvalid();
    }
    if (event.egressInfo) await lifecycle.hearWebhook(event.egressInfo);
    if (event.event === 'participant_joined' && event.room) autoRecord.arrived(event.room.name);
    return {};
  });
}
