import cors from '@fastify/cors';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { originNotAllowed } from '../../lib/errors.ts';
import { isLoopbackName } from '../../config/loopback.ts';
import type { Options } from '../../config/options.ts';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether pages of an origin, as browsers send it, are let in. */
const letsIn = (origins: readonly string[]) => (origin: string) =>
  origins.includes('*') ||
  origins.includes(origin) ||
  (origins.includes('loopback') && URL.canParse(origin) && isLoopbackName(new URL(origin).hostname));

/**
 * Whether a browser sends this for a page of our own, or for its user. It says so itself over TLS and on
 * loopback (W3C Fetch Metadata); else the page's host is the one that was asked. A program sends no Origin.
 */
function isSameOrigin({ headers, host }: FastifyRequest, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (!URL.canParse(origin)) return false;
  const theirs = new URL(origin);
  // A host may have the port that is usual, which an origin leaves out.
  const asked = `${theirs.protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === theirs.host;
}

/**
 * Which other origins a browser may call us from (WHATWG Fetch, "CORS protocol"), never with
 * cookies. CORS keeps pages of the others from reading answers, and not from sending simple
 * requests: those that change something are refused. An application around us that has
 * `@fastify/cors` of its own decides for us, too.
 * @throws {ReelroomError} ORIGIN_NOT_ALLOWED
 */
export default fp<Options['cors']>(
  async (app, { origins }) => {
    if (app.hasRequestDecorator('corsPreflightEnabled')) return;
    const isLetIn = letsIn(origins);
    await app.register(cors, {
      origin: origins.includes('*')
        ? '*'
        : (origin, done) => done(null, origin !== undefined && isLetIn(origin)),
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      exposedHeaders: ['Accept-Ranges', 'Content-Disposition', 'Content-Range', 'ETag'],
    });
    app.addHook('onRequest', async (request) => {
      const { origin } = request.headers;
      if (origin === undefined || safeMethods.has(request.method)) return;
      if (!isSameOrigin(request, origin) && !isLetIn(origin)) throw originNotAllowed(origin);
    });
  },
  { name: 'reelroom-cors' },
);
