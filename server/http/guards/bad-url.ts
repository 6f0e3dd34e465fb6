import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorAnswer } from '@reelroom/shared';
import { invalidInput } from '../../lib/errors.ts';

/**
 * Answers a URL that cannot be decoded with an error in our usual form: `routerOptions.onBadUrl` of our own
 * process. It runs before routing, so that a plugin cannot set it.
 */
export function refuseBadUrl(_path: string, _request: IncomingMessage, response: ServerResponse): void {
  const { status, code, message } = invalidInput(
    'The address cannot be decoded: a % that stands for itself is written %25',
  );
  const answer: ErrorAnswer = { errorMessage: message, code };
  response
    .writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'x-content-type-options': 'nosniff',
    })
    .end(JSON.stringify(answer));
}
