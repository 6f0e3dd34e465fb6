import type { FastifyReply } from 'fastify';

/** A signal that aborts when the client disconnects, or the response is sent. */
export function abortOnClose({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
