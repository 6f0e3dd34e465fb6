import type { ErrorAnswer, ErrorCode } from '@reelroom/shared';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import {
  bodyTooLarge,
  invalidInput,
  ReelroomError,
  toReelroomError,
  unsupportedMediaType,
} from '../lib/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the error that it was answered with; undefined where there was none of ours. */
    reelroomErrorCode: ErrorCode | undefined;
  }
}

/**
 * The error for a body that Fastify refuses itself; undefined for any other error.
 * @param bodyLimit bytes
 */
function bodyError({ code, statusCode }: FastifyError, bodyLimit: number): ReelroomError | undefined {
  if (!code?.startsWith('FST_ERR_CTP_')) return undefined;
  if (statusCode === 413) return bodyTooLarge(bodyLimit);
  if (statusCode === 415) return unsupportedMediaType();
  return invalidInput('The body is not JSON: it must be an object such as {"roomName":"team"}');
}

/** Whether an error is a 4xx from a hook of the host application, which formats it itself. */
const isForeignClientError = (error: FastifyError) =>
  !(error instanceof ReelroomError) &&
  error.statusCode !== undefined &&
  error.statusCode >= 400 &&
  error.statusCode < 500;

/**
 * The error to answer a request with: logs a 5xx, notes the code on the request, sets Retry-After.
 * @throws the error itself where the host application formats it
 */
export function errorToAnswer(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): ReelroomError {
  const refused = bodyError(error, request.routeOptions.bodyLimit);
  if (!refused && isForeignClientError(error)) throw error;
  const known = refused ?? toReelroomError(error);
  if (known.status >= 500) request.log.error({ err: error }, known.message);
  if (known.retryAfter !== undefined) reply.header('retry-after', known.retryAfter);
  request.reelroomErrorCode = known.code;
  return known;
}

/**
 * Body parsing and errors of the REST routes. A JSON body may be empty, since the seed's front end sends
 * `Content-Type: application/json` with DELETE too; errors have the seed's `{ errorMessage }` and a stable
 * `code`.
 */
export default fp(
  async (app) => {
    // Fastify requires decorators to be declared before requests arrive.
    app.decorateRequest('reelroomErrorCode');
    const parseJson = app.getDefaultJsonParser('remove', 'ignore');
    app.removeContentTypeParser('application/json');
    app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
      if (body === '') done(null, undefined);
      else void parseJson(request, body, done);
    });

    app.setErrorHandler<FastifyError>((error, request, reply) => {
      const known = errorToAnswer(error, request, reply);
      const message = known.code === 'INTERNAL' ? request.routeOptions.config.failure : undefined;
      const answer: ErrorAnswer = { errorMessage: message ?? known.message, code: known.code };
      return reply.code(known.status).send(answer);
    });
  },
  { name: 'reelroom-rest' },
);
