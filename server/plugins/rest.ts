import type { ErrorCode } from '@reelroom/shared';
import type { FastifyError } from 'fastify';
import fp from 'fastify-plugin';
import { ReelroomError, toReelroomError } from '../errors.ts';

/** A refusal by Fastify itself: malformed JSON, a body too large, a media type that is not JSON. */
const isRefusal = (error: FastifyError) =>
  !(error instanceof ReelroomError) &&
  error.statusCode !== undefined &&
  error.statusCode >= 400 &&
  error.statusCode < 500;

/**
 * What REST routes have in common. A JSON body may be empty, since the seed's front end
 * calls everything JSON, DELETE too; errors have the seed's `{ errorMessage }`, and a
 * stable `code` beside it.
 */
export default fp(
  async (app) => {
    const parseJson = app.getDefaultJsonParser('error', 'ignore');
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
      if (body === '') done(null, undefined);
      else void parseJson(request, body, done);
    });

    app.setErrorHandler<FastifyError>((error, request, reply) => {
      const answer = (status: number, errorMessage: string, code: ErrorCode) =>
        reply.code(status).send({ errorMessage, code });

      if (isRefusal(error)) return answer(error.statusCode ?? 400, error.message, 'INVALID_INPUT');
      const known = toReelroomError(error);
      if (known.status >= 500) request.log.error({ err: error }, known.message);
      const message = known.code === 'INTERNAL' ? request.routeOptions.config.failure : undefined;
      return answer(known.status, message ?? known.message, known.code);
    });
  },
  { name: 'reelroom-rest' },
);
