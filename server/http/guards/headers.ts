import fp from 'fastify-plugin';

/**
 * Security headers of all responses: no MIME sniffing (WHATWG Fetch, "nosniff"), and no referrer to other
 * sites.
 */
export default fp(
  async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'same-origin');
    });
  },
  { name: 'reelroom-headers' },
);
