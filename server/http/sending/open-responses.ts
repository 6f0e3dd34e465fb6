import type { ServerResponse } from 'node:http';
import fp from 'fastify-plugin';
import { tooManyRequests } from '../../lib/errors.ts';

/**
 * Limits the responses open at once to `most` per client address: enough for an office behind one address,
 * each page with a subscription and a video, too few for one client to exhaust the server. Behind a trusted
 * proxy the forwarded address counts.
 *
 * Lets an application close while clients are connected: streams under way (subscriptions, videos) are cut,
 * responses that have not begun are still sent, unless they are streams. The host application may not have
 * `forceCloseConnections`.
 * @throws {ReelroomError} TOO_MANY_REQUESTS
 */
export default fp<{ most?: number }>(
  async (app, { most = 1_000 }) => {
    const openResponses = new Set<ServerResponse>();
    const byAddress = new Map<string, number>();
    let isClosing = false;

    app.addHook('onRequest', async ({ ip }, reply) => {
      const openCount = byAddress.get(ip) ?? 0;
      if (openCount >= most) throw tooManyRequests(most);
      byAddress.set(ip, openCount + 1);
      openResponses.add(reply.raw);
      reply.raw.once('close', () => {
        openResponses.delete(reply.raw);
        const left = (byAddress.get(ip) ?? 1) - 1;
        if (left > 0) byAddress.set(ip, left);
        else byAddress.delete(ip);
      });
    });
    app.addHook('preClose', async () => {
      isClosing = true;
      for (const answer of openResponses) if (answer.headersSent) answer.destroy();
    });
    app.addHook('onSend', async (_request, { raw }, payload) => {
      const isWhole =
        payload === null || payload === undefined || typeof payload === 'string' || Buffer.isBuffer(payload);
      if (isClosing && !isWhole) raw.destroy();
      return payload;
    });
  },
  { name: 'reelroom-open-responses' },
);
