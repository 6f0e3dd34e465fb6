import { maxHeaderSize, STATUS_CODES, type Server } from 'node:http';
import type { ErrorAnswer } from '@reelroom/shared';
import type { ConnectionError, FastifyHttpOptions } from 'fastify';
import type { Socket } from 'node:net';
import type { Config } from '../config/environment.ts';
import { headersTooLarge, invalidInput, requestTimeout, type ReelroomError } from '../lib/errors.ts';
import { refuseBadUrl } from './guards/bad-url.ts';

/** How long a request may take to arrive, its head and all of it, in ms: the longest body is 1 MB. */
const headersMs = 20_000;
const requestMs = 60_000;

/** How often both are looked at, in ms. */
const checkMs = 5_000;

/** How much longer than the stall rule of each answer a connection may be silent, in ms. */
const graceMs = 60_000;

/** What a request is refused with that Node could not read. */
function refusal({ code }: ConnectionError): ReelroomError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTimeout();
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge(maxHeaderSize);
  return invalidInput('This is not a request of HTTP');
}

/** Refuses, as all our errors are told, what never becomes a request of Fastify's, and ends its connection. */
function refuseConnection(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, code, message } = refusal(error);
  const answer: ErrorAnswer = { errorMessage: message, code };
  const body = JSON.stringify(answer);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroy(error);
}

/**
 * How the process of our own serves HTTP: what Fastify is made with. How long an answer takes is up to its
 * reader, who is dropped when they take nothing; a subscription says something every ten seconds.
 */
export const serverOptions = ({
  logLevel,
  trustedProxies,
  playback: { stalledSeconds },
}: Pick<Config, 'logLevel' | 'trustedProxies' | 'playback'>) =>
  ({
    logger: { level: logLevel },
    // Fastify's own HEAD would read the whole video.
    exposeHeadRoutes: false,
    routerOptions: { onBadUrl: refuseBadUrl },
    clientErrorHandler: refuseConnection,
    // Open players must not hold up the end.
    forceCloseConnections: true,
    // A proxy, which ends TLS, says under which address people know us, and who they are.
    trustProxy: trustedProxies,
    requestTimeout: requestMs,
    connectionTimeout: stalledSeconds * 1_000 + graceMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs },
  }) satisfies FastifyHttpOptions<Server>;
