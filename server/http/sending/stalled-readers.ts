import { Socket } from 'node:net';
import fp from 'fastify-plugin';

const isStream = (payload: unknown) =>
  typeof payload === 'object' && payload !== null && !Buffer.isBuffer(payload);

/**
 * Drops whoever has taken nothing for `stalledMs` of an answer that is streamed, so that they hold
 * nothing for ever. "Nothing" is what the system tells: at a few kB a second a reader may take so
 * little that it takes none of it for long. Nobody is dropped while it is we who have nothing to send,
 * nor from a subscription, which may say nothing for long.
 */
export default fp<{ stalledMs: number }>(
  async (app, { stalledMs }) => {
    app.addHook('onSend', async (request, reply, payload) => {
      const isSubscription = String(reply.getHeader('content-type')).startsWith('text/event-stream');
      // What is injected has no connection.
      if (isStream(payload) && !isSubscription && request.socket instanceof Socket)
        // Node begins anew whenever something has moved.
        reply.raw.setTimeout(stalledMs, () => {
          if (reply.raw.writableLength > 0) reply.raw.destroy();
          else reply.raw.setTimeout(stalledMs);
        });
      return payload;
    });
  },
  { name: 'reelroom-stalled-readers' },
);
