import type { FastifyRequest } from 'fastify';

/** Where cookies are sent: over TLS only, and below which path. */
interface Scope {
  /** Without a slash at its end. */
  baseUrl: string;
}

const isSecure = ({ baseUrl }: Scope) => baseUrl.startsWith('https:');
const pathOf = ({ baseUrl }: Scope) => new URL(baseUrl).pathname;

/**
 * A cookie's whole name. With `__Host-` no other host and no page without TLS can have set it (RFC 6265bis §4.1.3.2),
 * which needs TLS and the path `/`.
 */
const nameOf = (name: string, scope: Scope): string =>
  isSecure(scope) && pathOf(scope) === '/' ? `__Host-${name}` : name;

/** The value of a request's cookie. */
export function readCookie(
  { headers }: Pick<FastifyRequest, 'headers'>,
  name: string,
  scope: Scope,
): string | undefined {
  const prefix = `${nameOf(name, scope)}=`;
  return (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(prefix))
    ?.slice(prefix.length);
}

/**
 * `Set-Cookie` (RFC 6265bis) for a value of unreserved characters, which scripts cannot read and other sites do
 * not send but by a link that is followed; an empty value deletes it.
 * @param seconds how long the browser keeps it
 */
export const setCookie = (name: string, value: string, scope: Scope, seconds: number): string =>
  [
    `${nameOf(name, scope)}=${value}`,
    `Path=${pathOf(scope)}`,
    `Max-Age=${value === '' ? 0 : seconds}`,
    'HttpOnly',
    'SameSite=Lax',
    ...(isSecure(scope) ? ['Secure'] : []),
  ].join('; ');
