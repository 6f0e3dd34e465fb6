import type { SessionInfo } from '@reelroom/shared';
import type { Storage } from '../../adapters/s3/bucket.ts';
import type { Options } from '../../config/options.ts';
import { createApiKeys } from './api-keys.ts';
import { createOpenid } from './openid.ts';
import { createPasswords } from './password.ts';
import { createSessions } from './sessions.ts';

/**
 * Accounts of people and keys of programs: passwords, OpenID Connect, sessions, API keys.
 * @param path key prefix of the recordings' folder
 * @param keysFor the signing keys of a purpose, newest first
 */
export function createAccounts(
  config: Pick<Options, 'access' | 'signIn' | 'openid'>,
  {
    storage,
    path,
    keysFor,
  }: { storage: Storage; path: string; keysFor: (purpose: 'sessions' | 'sign-in') => readonly Buffer[] },
) {
  const passwords = createPasswords(config.signIn);
  const { issuer, clientId, clientSecret, ...rules } = config.openid;
  const openid =
    issuer === undefined || clientId === undefined
      ? undefined
      : createOpenid({ issuer, clientId, clientSecret, ...rules }, { keys: keysFor('sign-in') });
  const isProtected = config.access === 'protected';
  const signIn: Pick<SessionInfo, 'access' | 'ways'> = {
    access: config.access,
    ways: { password: isProtected && passwords.isOn, openid: isProtected && openid !== undefined },
  };
  return {
    passwords,
    /** OpenID Connect; absent without a provider. */
    openid,
    sessions: createSessions({ storage, path, keys: keysFor('sessions'), passwords }),
    apiKeys: createApiKeys({ storage, path }),
    /** Whether people have to sign in, and how they can. */
    signIn,
  };
}
