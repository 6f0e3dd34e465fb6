import cors from '@fastify/cors';
import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { originNotAllowed } from '../../lib/errors.ts';
import { isLoopbackName } from '../../config/loopback.ts';
import type { Options } from '../../config/options.ts';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Tells whether pages of an origin, as browsers send it, are allowed. */
const originFilter = (origins: readonly string[]) => (origin: string) =>
  origins.includes('*') ||
  origins.includes(origin) ||
  (origins.includes('loopback') && URL.canParse(origin) && isLoopbackName(new URL(origin).hostname));

/**
 * Whether a browser sends this for our own page, or for a navigation. Over TLS and on loopback it says so
 * (W3C Fetch Metadata); else the origin's host must be the request's host. A program sends no Origin.
 */
function isSameOrigin({ headers, host }: FastifyRequest, origin: string): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  // A host may have the default port, which an origin omits.
  const asked = `${page.protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === page.host;
}

/**
 * Allows cross-origin calls from the configured origins (WHATWG Fetch, "CORS protocol"), never with cookies.
 * CORS keeps other pages from reading responses, but not from sending simple requests: unsafe ones are
 * refused. A host application's own `@fastify/cors` takes precedence.
 * @throws {ReelroomError} ORIGIN_NOT_ALLOWED
 */
export default fp<Options['cors']>(
  async (app, { origins }) => {
    if (app.hasRequestDecorator('corsPreflightEnabled')) return;
    const isAllowed = originFilter(origins);
    await app.register(cors, {
      origin: origins.includes('*')
        ? '*'
        : (origin, done) => done(null, origin !== undefined && isAllowed(origin)),
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      exposedHeaders: ['Accept-Ranges', 'Content-Disposition', 'Content-Range', 'ETag'],
    });
    app.addHook('onRequest', async (request) => {
      const { origin } = request.headers;
      if (origin === undefined || safeMethods.has(request.method)) return;
      if (!isSameOrigin(request, origin) && !isAllowed(origin)) throw originNotAllowed(origin);
    });
  },
  { name: 'reelroom-cors' },
);
