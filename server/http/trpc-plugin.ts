import type { AnyTRPCRouter, inferRouterContext, TRPCError } from '@trpc/server';
import { fastifyRequestHandler } from '@trpc/server/adapters/fastify';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorShapeOf, knownError } from './trpc.ts';
import { errorToAnswer } from './error-handler.ts';

/** The most calls in one batch: each may cost as much as a request. */
const maxBatchSize = 10;

/** Whether the server, or one of its dependencies, is at fault. */
const isServerError = (error: TRPCError) => getHTTPStatusCodeFromError(error) >= 500;

/**
 * tRPC at `/trpc`. Not by tRPC's own plugin, whose route has a parameter: a batch makes one long path, and an
 * application may limit parameters to 100 characters. Ten calls at most in one batch; a request refused
 * before tRPC (a body too large) is answered in tRPC's form, too. A 5xx is logged with the request's id.
 * @param createContext makes the procedures' context for a request
 */
export async function trpc<Router extends AnyTRPCRouter>(
  app: FastifyInstance,
  {
    router,
    createContext,
  }: {
    router: Router;
    createContext: (request: FastifyRequest, reply: FastifyReply) => inferRouterContext<Router>;
  },
): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );

  app.setErrorHandler<FastifyError, { Params: { '*': string } }>((error, request, reply) => {
    const known = errorToAnswer(error, request, reply);
    return reply.code(known.status).send({ error: errorShapeOf(known, request.params['*']) });
  });

  app.route<{ Params: { '*': string } }>({
    method: ['GET', 'POST'],
    url: '/trpc/*',
    exposeHeadRoute: false,
    handler: (req, res) =>
      fastifyRequestHandler({
        router,
        maxBatchSize,
        req,
        res,
        path: req.params['*'],
        createContext: () => createContext(req, res),
        responseMeta({ errors }) {
          const waits = errors.flatMap((error) => knownError(error)?.retryAfter ?? []);
          return waits.length > 0 ? { headers: { 'retry-after': String(Math.max(...waits)) } } : {};
        },
        onError({ error, path }) {
          if (isServerError(error)) req.log.error({ err: error.cause ?? error, path }, error.message);
        },
      }),
  });
}
