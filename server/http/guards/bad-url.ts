import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ErrorAnswer } from '@reelroom/shared';
import { invalidInput } from '../../lib/errors.ts';

/**
 * Refuses an address that cannot be decoded, as all our errors are told: `routerOptions.onBadUrl` of
 * an application that is ours alone. It comes before any route, so that a plugin has no say in it.
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
