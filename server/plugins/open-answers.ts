import type { ServerResponse } from 'node:http';
import fp from 'fastify-plugin';

/**
 * Lets an application close while somebody watches: answers that would go on for as long as
 * whoever reads them likes, subscriptions and videos, are broken off, and those that have
 * not begun are given, unless they would be such. The application around us may have no `forceCloseConnections`.
 */
export default fp(
  async (app) => {
    const open = new Set<ServerResponse>();
    let isClosing = false;

    app.addHook('onRequest', async (_request, { raw }) => {
      open.add(raw);
      raw.once('close', () => open.delete(raw));
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
