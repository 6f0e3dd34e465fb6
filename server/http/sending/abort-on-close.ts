import type { FastifyReply } from 'fastify';

/** Aborted once nobody is there to read the answer any more, or all of it is sent. */
export function whileOpen({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
