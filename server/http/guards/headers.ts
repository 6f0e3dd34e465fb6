import fp from 'fastify-plugin';

/**
 * What every answer of ours says to browsers: its media type is what it says (WHATWG Fetch,
 * "nosniff"), and where it was linked from is told to our own pages alone.
 */
export default fp(
  async (app) => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('x-content-type-options', 'nosniff').header('referrer-policy', 'same-origin');
    });
  },
  { name: 'reelroom-headers' },
);
