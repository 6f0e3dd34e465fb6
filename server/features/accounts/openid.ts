import { SignJWT } from 'jose';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type Configuration,
} from 'openid-client';
import { z } from 'zod';
import { accountOf, verifiedEmail, type OpenidRules } from './openid-account.ts';
import type { Account } from './password.ts';
import { algorithm, readClaims } from './signed-claims.ts';

/** How long signing in at the provider may take, in seconds. */
export const attemptSeconds = 600;

/** The cookie's content while the user signs in at the provider. */
const attemptSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  /** The path of ours to open afterwards. */
  to: z.string(),
  /** Whether they only show their address, to open a share link. */
  isForLink: z.boolean().optional(),
});
type Attempt = z.infer<typeof attemptSchema>;

/** Somebody that the provider has sent back. */
export interface SignedIn {
  /** Who they are here; absent where the rules do not let them in. */
  account: Account | undefined;
  /** Their address, if the provider has verified it. */
  email: string | undefined;
  to: string;
  isForLink: boolean;
}

export interface OpenidOptions extends OpenidRules {
  /** The provider's URL, for its discovery document. */
  issuer: string;
  clientId: string;
  /** Absent for a public client, which PKCE alone protects. */
  clientSecret: string | undefined;
}

/**
 * Signing in by OpenID Connect: the authorization code flow with discovery, PKCE (RFC 7636), state and nonce.
 * @param keys sign the cookie, newest first
 */
export function createOpenid(
  { issuer, clientId, clientSecret, ...rules }: OpenidOptions,
  { keys }: { keys: readonly Buffer[] },
) {
  let discovered: Promise<Configuration> | undefined;

  /** The provider's configuration: two requests to it, once; retried after a failure. */
  function configuration(): Promise<Configuration> {
    // Only a provider on this machine may be without TLS: see options.ts.
    const execute = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
    discovered ??= discovery(new URL(issuer), clientId, clientSecret, undefined, { execute });
    discovered.catch(() => (discovered = undefined));
    return discovered;
  }

  return {
    /**
     * Begins a sign-in.
     * @param redirectUri the callback URL
     * @param isForLink whether it only verifies the user's address, to open a share link
     * @param asksAgain whether the provider asks for the account even if it knows it
     * @returns the provider's URL to redirect to, and the cookie's content
     */
    async begin(
      {
        to,
        isForLink = false,
        asksAgain = false,
      }: Pick<Attempt, 'to' | 'isForLink'> & { asksAgain?: boolean },
      redirectUri: string,
    ): Promise<{ url: string; attempt: string }> {
      const [newest] = keys;
      if (!newest) throw new Error('without a secret nobody can sign in');
      const [state, nonce, verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
      const url = buildAuthorizationUrl(await configuration(), {
        ...{ redirect_uri: redirectUri, scope: 'openid email profile', state, nonce },
        code_challenge: await calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(asksAgain && { prompt: 'login' }),
      });
      const attempt = await new SignJWT({ state, nonce, verifier, to, isForLink })
        .setProtectedHeader({ alg: algorithm })
        .setExpirationTime(`${attemptSeconds}s`)
        .sign(newest);
      return { url: url.href, attempt };
    },

    /**
     * Completes a sign-in: two or three requests to the provider.
     * @param url the callback URL with the provider's parameters
     * @throws where the provider's response is invalid, or belongs to another attempt
     */
    async end(url: URL, attempt: string): Promise<SignedIn> {
      const { data: kept } = attemptSchema.safeParse(await readClaims(attempt, keys));
      if (!kept) throw new Error('this browser has not begun to sign in, or too long ago');
      const config = await configuration();
      const tokens = await authorizationCodeGrant(config, url, {
        pkceCodeVerifier: kept.verifier,
        expectedState: kept.state,
        expectedNonce: kept.nonce,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new Error('the provider has sent no ID token');
      const { userinfo_endpoint: hasMore } = config.serverMetadata();
      const more = hasMore ? await fetchUserInfo(config, tokens.access_token, claims.sub) : {};
      const all = { ...more, ...claims };
      const { to, isForLink = false } = kept;
      return { account: accountOf(all, rules), email: verifiedEmail(all), to, isForLink };
    },
  };
}

export type Openid = ReturnType<typeof createOpenid>;
