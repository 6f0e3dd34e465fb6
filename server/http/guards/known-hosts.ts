import type { IncomingHttpHeaders } from 'node:http';
import fp from 'fastify-plugin';
import { hostNotAllowed } from '../../lib/errors.ts';
import { isAddress, isLoopbackName } from '../../config/loopback.ts';

/** The host name of a `Host` header, without its port; nothing where it is none. */
const nameIn = (host: string): string | undefined =>
  URL.canParse(`http://${host}`) ? new URL(`http://${host}`).hostname.replace(/\.$/, '') : undefined;

/** The host names that a request has, from whomever it comes: a script may set X-Forwarded-Host, but not Host. */
const namesIn = (headers: IncomingHttpHeaders, host: string) =>
  [headers.host ?? '', host].filter((name) => name !== '');

/**
 * Answers only by the host names that are ours, so that no page whose name is made to lead to
 * this machine (DNS rebinding) has our origin: these, names of this machine itself, and IP addresses,
 * which no one else's name can be. Others have 421 (RFC 9110 §15.5.20). A request of HTTP/1.0 may have none.
 * @throws {ReelroomError} HOST_NOT_ALLOWED
 */
export default fp<{ hosts: readonly string[] }>(
  async (app, { hosts }) => {
    const isOurs = (host: string): boolean => {
      const name = nameIn(host);
      return name !== undefined && (isAddress(name) || isLoopbackName(name) || hosts.includes(name));
    };
    app.addHook('onRequest', async ({ headers, host }) => {
      const foreign = namesIn(headers, host).find((name) => !isOurs(name));
      if (foreign !== undefined) throw hostNotAllowed(foreign);
    });
  },
  { name: 'reelroom-known-hosts' },
);
