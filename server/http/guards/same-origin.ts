import type { FastifyRequest } from 'fastify';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

export const isSafe = ({ method }: Pick<FastifyRequest, 'method'>): boolean => safeMethods.has(method);

/**
 * Whether a browser sends this for our own page, or for a navigation. Over TLS and on loopback it says so
 * (W3C Fetch Metadata); else the origin's host must be the request's host. A program sends no Origin.
 */
export function isSameOrigin(
  { headers, host }: Pick<FastifyRequest, 'headers' | 'host'>,
  origin: string | undefined,
): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' || site === 'none';
  if (origin === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  // A host may have the default port, which an origin omits.
  const asked = `${page.protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === page.host;
}
