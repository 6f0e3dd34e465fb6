import compress from '@fastify/compress';
import fp from 'fastify-plugin';

/** HTML, JSON, and the scripts and styles of `/docs`: no video, ZIP or subscription (SSE). */
const compressible = /^(?:text\/(?:html|css|javascript)|application\/(?:json|javascript))(?:;|$)/;

/** Bytes from which on compressing is worth it. */
const threshold = 1_024;

/**
 * Compresses text on its way (RFC 9110 §8.4.1), by Brotli or gzip, where the client takes it. A range
 * stays as it is. An application around us that has `@fastify/compress` of its own decides for us, too.
 */
export default fp(
  async (app) => {
    if (app.hasReplyDecorator('compress')) return;
    // Also of what is too short, or goes to a client that takes none: a cache may have both.
    app.addHook('onSend', async (_request, reply, payload) => {
      const type = String(reply.getHeader('content-type') ?? '');
      const vary = [reply.getHeader('vary') ?? []].flat();
      if (compressible.test(type)) reply.header('vary', [...vary, 'accept-encoding'].join(', '));
      return payload;
    });
    await app.register(compress, {
      customTypes: compressible,
      encodings: ['br', 'gzip'],
      threshold,
      globalDecompression: false,
    });
  },
  { name: 'reelroom-compress' },
);
