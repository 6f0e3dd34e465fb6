import type { FastifyRequest } from 'fastify';

/** The scope of cookies: whether only over TLS, and the path. */
interface Scope {
  /** Without a trailing slash. */
  baseUrl: string;
}

const isSecure = ({ baseUrl }: Scope) => baseUrl.startsWith('https:');
const pathOf = ({ baseUrl }: Scope) => new URL(baseUrl).pathname;

/**
 * A cookie's full name. The prefix `__Host-` keeps other hosts, and pages without TLS, from setting the cookie
 * (RFC 6265bis §4.1.3.2); it requires TLS and the path `/`.
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
 * The `Set-Cookie` header (RFC 6265bis) for a value of unreserved characters: HttpOnly, SameSite=Lax. An empty
 * value deletes the cookie.
 * @param seconds the cookie's lifetime
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
