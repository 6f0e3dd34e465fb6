import compress from '@fastify/compress';
import fp from 'fastify-plugin';

/** HTML, JSON, and the scripts and styles of `/docs`: no video, ZIP or subscription (SSE). */
const compressible = /^(?:text\/(?:html|css|javascript)|application\/(?:json|javascript))(?:;|$)/;

/** The size from which compression pays, in bytes. */
const threshold = 1_024;

/**
 * Compresses text responses (RFC 9110 §8.4.1) with Brotli or gzip, where the client accepts it; never a
 * range. A host application's own `@fastify/compress` takes precedence.
 */
export default fp(
  async (app) => {
    if (app.hasReplyDecorator('compress')) return;
    // Also for responses that are too short, or uncompressed for this client: a cache may hold both.
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
