import { randomBytes } from 'node:crypto';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { SignJWT } from 'jose';
import { createPurposeKeys } from '../../features/access/purpose-keys.ts';
import { hashPassword } from '../../features/accounts/password.ts';
import { testConfig } from './build.ts';

/** The passwords of a protected server in tests. */
export const passwords = {
  admin: 'the password of the admin',
  ana: 'the password of Ana',
  ben: 'Ben has one',
};

/** The configuration of a protected server, with the members Ana and Ben. */
export async function protectedConfig(environment: Record<string, string> = {}) {
  const [admin, ana, ben] = await Promise.all(Object.values(passwords).map(hashPassword));
  return testConfig({
    ACCESS: 'protected',
    ADMIN_PASSWORD_HASH: admin ?? '',
    MEMBER_PASSWORD_HASHES: `ana:${ana} ben:${ben}`,
    SESSION_SECRETS: randomBytes(32).toString('hex'),
    ...environment,
  });
}

/** Headers of our own page. */
export const ourPage = { 'sec-fetch-site': 'same-origin' };

/** Calls a procedure as a page of ours does. */
export const call = (
  app: FastifyInstance,
  path: string,
  input: unknown,
  { headers, ...options }: InjectOptions = {},
) =>
  app.inject({
    method: 'POST',
    url: `/trpc/${path}`,
    headers: { 'content-type': 'application/json', ...ourPage, ...headers },
    payload: JSON.stringify(input) ?? '',
    ...options,
  });

/** Asks a procedure as a page of ours does. */
export const ask = (
  app: FastifyInstance,
  path: string,
  input?: unknown,
  headers: Record<string, string> = {},
) =>
  app.inject({
    url: `/trpc/${path}${input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`}`,
    headers: { ...ourPage, ...headers },
  });

/** The `Cookie` header of an answer's session. */
export const cookieOf = ({ headers }: { headers: Record<string, unknown> }): string =>
  String(headers['set-cookie']).split(';')[0] ?? '';

/** Signs somebody in, and returns their `Cookie` header. */
export async function signIn(app: FastifyInstance, name: keyof typeof passwords): Promise<string> {
  const answer = await call(app, 'session.signIn', { name, password: passwords[name] });
  if (answer.statusCode !== 200) throw new Error(answer.body);
  return cookieOf(answer);
}

/** The `Cookie` header of whom a provider knows by an address, until then, in s since 1970. */
export async function viewerCookie(
  { signIn }: { signIn: { sessionSecrets: readonly string[] } },
  email: string,
  expiresAt: number,
): Promise<string> {
  const [key] = createPurposeKeys(signIn.sessionSecrets).keysFor('viewers');
  if (!key) throw new Error('there is no secret');
  const token = new SignJWT({ email }).setProtectedHeader({ alg: 'HS256' }).setExpirationTime(expiresAt);
  return `reelroom-viewer=${await token.sign(key)}`;
}
