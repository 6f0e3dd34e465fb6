import type { ErrorAnswer } from '@reelroom/shared';
import type { FastifyError } from 'fastify';
import fp from 'fastify-plugin';
import {
  bodyTooLarge,
  invalidInput,
  ReelroomError,
  toReelroomError,
  unsupportedMediaType,
} from '../lib/errors.ts';

/**
 * What a body that Fastify does not even hand over is refused with; nothing for any other error.
 * @param bodyLimit bytes
 */
export function refusedBody(
  { code, statusCode }: FastifyError,
  bodyLimit: number,
): ReelroomError | undefined {
  if (!code?.startsWith('FST_ERR_CTP_')) return undefined;
  if (statusCode === 413) return bodyTooLarge(bodyLimit);
  if (statusCode === 415) return unsupportedMediaType();
  return invalidInput('The body is not JSON: it must be an object such as {"roomName":"team"}');
}

/** An error of a hook that the application around us has put before our routes, which knows how it is answered. */
export const isForeignRefusal = (error: FastifyError) =>
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
    const parseJson = app.getDefaultJsonParser('remove', 'ignore');
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
      if (body === '') done(null, undefined);
      else void parseJson(request, body, done);
    });

    app.setErrorHandler<FastifyError>((error, request, reply) => {
      const refused = refusedBody(error, request.routeOptions.bodyLimit);
      if (!refused && isForeignRefusal(error)) throw error;
      const known = refused ?? toReelroomError(error);
      if (known.status >= 500) request.log.error({ err: error }, known.message);
      const message = known.code === 'INTERNAL' ? request.routeOptions.config.failure : undefined;
      const answer: ErrorAnswer = { errorMessage: message ?? known.message, code: known.code };
      return reply.code(known.status).send(answer);
    });
  },
  { name: 'reelroom-rest' },
);
