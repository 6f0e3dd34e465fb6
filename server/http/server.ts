import { maxHeaderSize, STATUS_CODES, type Server } from 'node:http';
import type { ErrorAnswer } from '@reelroom/shared';
import type { ConnectionError, FastifyHttpOptions } from 'fastify';
import type { Socket } from 'node:net';
import type { Config } from '../config/environment.ts';
import { headersTooLarge, invalidInput, requestTimeout, type ReelroomError } from '../lib/errors.ts';
import { refuseBadUrl } from './guards/bad-url.ts';

/** How long a request's headers, and all of it, may take to arrive, in ms: the largest body is 1 MB. */
const headersTimeoutMs = 20_000;
const requestTimeoutMs = 60_000;

/** How often both timeouts are checked, in ms. */
const checkIntervalMs = 5_000;

/** How much longer than a stalled response a connection may be idle, in ms. */
const graceMs = 60_000;

/** The error for a request that Node could not parse. */
function errorOf({ code }: ConnectionError): ReelroomError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return requestTimeout();
  if (code === 'HPE_HEADER_OVERFLOW') return headersTooLarge(maxHeaderSize);
  return invalidInput('This is not a request of HTTP');
}

/**
 * Answers what never becomes a Fastify request with an error in our usual form, and closes its connection.
 */
function handleClientError(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const { status, code, message } = errorOf(error);
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
 * Fastify's options in our own process. The length of a response is up to its reader, who is disconnected
 * when stalled; a subscription sends a ping every ten seconds.
 */
export const serverOptions = ({
  logLevel,
  trustedProxies,
  playback: { stalledSeconds },
}: Pick<Config, 'logLevel' | 'trustedProxies' | 'playback'>) =>
  ({
    logger: { level: logLevel },
    // Fastify's automatic HEAD would read the whole video.
    exposeHeadRoutes: false,
    routerOptions: { onBadUrl: refuseBadUrl },
    clientErrorHandler: handleClientError,
    // Open players must not delay shutdown.
    forceCloseConnections: true,
    // A TLS-terminating proxy forwards the public host and the client's address.
    trustProxy: trustedProxies,
    requestTimeout: requestTimeoutMs,
    connectionTimeout: stalledSeconds * 1_000 + graceMs,
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: checkIntervalMs },
  }) satisfies FastifyHttpOptions<Server>;
