import type { ServerResponse } from 'node:http';
import fp from 'fastify-plugin';
import { tooManyRequests } from '../../lib/errors.ts';

/**
 * Counts the answers under way. No address has more than `most` of them at once: room for an office behind one
 * address, whose every page listens and plays, and none for one client to take all there is. Who comes by a trusted
 * proxy has the address that it forwards.
 *
 * Lets an application close while somebody watches: answers that would go on for as long as
 * whoever reads them likes, subscriptions and videos, are broken off, and those that have
 * not begun are given, unless they would be such. The application around us may have no `forceCloseConnections`.
 * @throws {ReelroomError} TOO_MANY_REQUESTS
 */
export default fp<{ most?: number }>(
  async (app, { most = 1_000 }) => {
    const open = new Set<ServerResponse>();
    const byAddress = new Map<string, number>();
    let isClosing = false;

    app.addHook('onRequest', async ({ ip }, reply) => {
      const underWay = byAddress.get(ip) ?? 0;
      if (underWay >= most) {
        reply.header('retry-after', '5');
        throw tooManyRequests(most);
      }
      byAddress.set(ip, underWay + 1);
      open.add(reply.raw);
      reply.raw.once('close', () => {
        open.delete(reply.raw);
        const left = (byAddress.get(ip) ?? 1) - 1;
        if (left > 0) byAddress.set(ip, left);
        else byAddress.delete(ip);
      });
    });
    app.addHook('preClose', async () => {
      isClosing = true;
      for (const answer of open) if (answer.headersSent) answer.destroy();
    });
    app.addHook('onSend', async (_request, { raw }, payload) => {
      const isWhole =
        payload === null || payload === undefined || typeof payload === 'string' || Buffer.isBuffer(payload);
      if (isClosing && !isWhole) raw.destroy();
      return payload;
    });
  },
  { name: 'reelroom-open-answers' },
);
