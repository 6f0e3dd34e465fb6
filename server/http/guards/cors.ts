import cors from '@fastify/cors';
import fp from 'fastify-plugin';
import { originNotAllowed } from '../../lib/errors.ts';
import { isLoopbackName } from '../../config/loopback.ts';
import type { Options } from '../../config/options.ts';
import { isSafe, isSameOrigin } from './same-origin.ts';

/** Tells whether pages of an origin, as browsers send it, are allowed. */
const originFilter = (origins: readonly string[]) => (origin: string) =>
  origins.includes('*') ||
  origins.includes(origin) ||
  (origins.includes('loopback') && URL.canParse(origin) && isLoopbackName(new URL(origin).hostname));

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
      if (origin === undefined || isSafe(request)) return;
      if (!isSameOrigin(request, origin) && !isAllowed(origin)) throw originNotAllowed(origin);
    });
  },
  { name: 'reelroom-cors' },
);
