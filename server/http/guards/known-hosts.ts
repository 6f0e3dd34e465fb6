import type { IncomingHttpHeaders } from 'node:http';
import fp from 'fastify-plugin';
import { hostNotAllowed } from '../../lib/errors.ts';
import { isAddress, isLoopbackName } from '../../config/loopback.ts';

/** The host name of a `Host` header, without its port; undefined where it is invalid. */
const nameIn = (host: string): string | undefined =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/\.$/, '') : undefined;

/** All host names of a request: a script can set X-Forwarded-Host, but not Host. */
const namesIn = (headers: IncomingHttpHeaders, host: string) =>
  [headers.host ?? '', host].filter((name) => name !== '');

/**
 * Answers only to known host names, so that no page gets our origin by DNS rebinding: the given ones,
 * loopback names, and IP addresses, which cannot be rebound. Others get 421 (RFC 9110 §15.5.20). An HTTP/1.0
 * request may have none.
 * @throws {ReelroomError} HOST_NOT_ALLOWED
 */
export default fp<{ hosts: readonly string[] }>(
  async (app, { hosts }) => {
    const isKnown = (host: string): boolean => {
      const name = nameIn(host);
      return name !== undefined && (isAddress(name) || isLoopbackName(name) || hosts.includes(name));
    };
    app.addHook('onRequest', async ({ headers, host }) => {
      const foreign = namesIn(headers, host).find((name) => !isKnown(name));
      if (foreign !== undefined) throw hostNotAllowed(foreign);
    });
  },
  { name: 'reelroom-known-hosts' },
);
