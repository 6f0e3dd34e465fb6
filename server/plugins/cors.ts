import cors from '@fastify/cors';
import fp from 'fastify-plugin';
import type { Options } from '../options.ts';

/**
 * Which other origins a browser may call us from (WHATWG Fetch, "CORS protocol"), never with
 * cookies. An application around us that has `@fastify/cors` of its own decides for us, too.
 */
export default fp<Options['cors']>(
  async (app, { origins }) => {
    if (app.hasRequestDecorator('corsPreflightEnabled')) return;
    await app.register(cors, {
      origin: origins.includes('*') ? '*' : origins,
      methods: ['GET', 'HEAD', 'POST', 'DELETE'],
      exposedHeaders: ['Accept-Ranges', 'Content-Disposition', 'Content-Range', 'ETag'],
    });
  },
  { name: 'reelroom-cors' },
);
