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
 * The error for a body that Fastify refuses itself; undefined for any other error.
 * @param bodyLimit bytes
 */
export function bodyError({ code, statusCode }: FastifyError, bodyLimit: number): ReelroomError | undefined {
  if (!code?.startsWith('FST_ERR_CTP_')) return undefined;
  if (statusCode === 413) return bodyTooLarge(bodyLimit);
  if (statusCode === 415) return unsupportedMediaType();
  return invalidInput('The body is not JSON: it must be an object such as {"roomName":"team"}');
}

/** Whether an error is a 4xx from a hook of the host application, which formats it itself. */
export const isForeignClientError = (error: FastifyError) =>
  !(error instanceof ReelroomError) &&
  error.statusCode !== undefined &&
  error.statusCode >= 400 &&
  error.statusCode < 500;

/**
 * Body parsing and errors of the REST routes. A JSON body may be empty, since the seed's front end sends
 * `Content-Type: application/json` with DELETE too; errors have the seed's `{ errorMessage }` and a stable
 * `code`.
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
      const refused = bodyError(error, request.routeOptions.bodyLimit);
      if (!refused && isForeignClientError(error)) throw error;
      const known = refused ?? toReelroomError(error);
      if (known.status >= 500) request.log.error({ err: error }, known.message);
      const message = known.code === 'INTERNAL' ? request.routeOptions.config.failure : undefined;
      if (known.retryAfter !== undefined) reply.header('retry-after', known.retryAfter);
      const answer: ErrorAnswer = { errorMessage: message ?? known.message, code: known.code };
      return reply.code(known.status).send(answer);
    });
  },
  { name: 'reelroom-rest' },
);
