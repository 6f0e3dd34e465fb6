import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import type { FastifyInstance } from 'fastify';
import { baseUrlOf } from '../base-url.ts';
import { appRouter } from '../router.ts';
import type { Services } from '../services.ts';

/**
 * tRPC at `/trpc`. Not by tRPC's own plugin, whose route has a parameter: what is called at
 * once makes one long path, and an application may allow parameters but 100 characters.
 */
export async function trpc(app: FastifyInstance, services: Services): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );

  app.route<{ Params: { '*': string } }>({
    method: ['GET', 'POST'],
    url: '/trpc/*',
    exposeHeadRoute: false,
    handler: (req, res) =>
      fastifyRequestHandler({
        router: appRouter,
        req,
        res,
        path: req.params['*'],
        createContext: () => ({ ...services, baseUrl: baseUrlOf(req, app) }),
        onError({ error, path }) {
          if (error.code === 'INTERNAL_SERVER_ERROR' || error.code === 'SERVICE_UNAVAILABLE')
            app.log.error({ err: error.cause ?? error, path }, error.message);
        },
      }),
  });
}
