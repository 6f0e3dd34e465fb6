import { Socket } from 'node:net';
import fp from 'fastify-plugin';

const isStream = (payload: unknown) =>
  typeof payload === 'object' && payload !== null && !Buffer.isBuffer(payload);

/**
 * Disconnects clients that have read nothing of a streamed response for `stalledMs`, so that they hold no
 * resources for ever. The socket's buffer decides: a client that reads a few kB a second may appear to read
 * nothing for long. Nobody is disconnected while we have nothing to send, nor from a subscription, which may
 * be silent for long.
 */
export default fp<{ stalledMs: number }>(
  async (app, { stalledMs }) => {
    app.addHook('onSend', async (request, reply, payload) => {
      const isSubscription = String(reply.getHeader('content-type')).startsWith('text/event-stream');
      // An injected request has no connection.
      if (isStream(payload) && !isSubscription && request.socket instanceof Socket)
        // Node restarts the timer with each write or read.
        reply.raw.setTimeout(stalledMs, () => {
          if (reply.raw.writableLength > 0) reply.raw.destroy();
          else reply.raw.setTimeout(stalledMs);
        });
      return payload;
    });
  },
  { name: 'reelroom-stalled-readers' },
);
