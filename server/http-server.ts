import type { FastifyHttpOptions } from 'fastify';
import type { Server } from 'node:http';
import type { Config } from './config.ts';
import { refuseBadUrl } from './plugins/refuse-bad-url.ts';

/** How long a request may take to arrive, its head and all of it, in ms: the longest body is 1 MB. */
const headersMs = 20_000;
const requestMs = 60_000;

/** How often both are looked at, in ms. */
const checkMs = 5_000;

/** How much longer than the stall rule of each answer a connection may be silent, in ms. */
const graceMs = 60_000;

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
    // Open players must not hold up the end.
    forceCloseConnections: true,
    // A proxy, which ends TLS, says under which address people know us, and who they are.
    trustProxy: trustedProxies,
    requestTimeout: requestMs,
    connectionTimeout: stalledSeconds * 1_000 + graceMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs },
  }) satisfies FastifyHttpOptions<Server>;
