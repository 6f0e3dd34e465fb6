import {
  keyInputSchema,
  keyRevokeInputSchema,
  signInInputSchema,
  signOutInputSchema,
  type SessionInfo,
} from '@reelroom/shared';
import { wrongPassword } from '../../lib/errors.ts';
import type { ApiKeys } from '../accounts/api-keys.ts';
import type { Passwords } from '../accounts/password.ts';
import { proceduresWith } from './procedures.ts';

/** What these procedures delegate to. */
export interface AccessCollaborators {
  passwords: Pick<Passwords, 'check'>;
  apiKeys: Pick<ApiKeys, 'create' | 'list' | 'revoke'>;
  /** The ways to sign in. */
  signIn: Pick<SessionInfo, 'access' | 'ways'>;
}

const procedure = proceduresWith<AccessCollaborators>();

export const sessionProcedures = {
  /** The signed-in account, if any, and the ways to sign in. */
  get: procedure.query(({ ctx: { principal, signIn } }): SessionInfo => {
    const { name, role } = principal.session?.account ?? {};
    return { ...signIn, ...(name !== undefined && role && { account: { name, role } }) };
  }),

  /** Signs in by password; the session is in a cookie. */
  signIn: procedure.input(signInInputSchema).mutation(async ({ ctx, input }) => {
    const account = await ctx.passwords.check(input.name, input.password);
    if (!account) throw wrongPassword();
    await ctx.startSession(account);
    return { name: account.name, role: account.role };
  }),

  /** Signs out, here or everywhere; streams of the session end within seconds. */
  signOut: procedure.input(signOutInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.endSession({ everywhere: input?.everywhere ?? false });
    return {};
  }),
};

export const keysProcedures = {
  /** Creates an API key; only this response contains its secret. */
  create: procedure.input(keyInputSchema).mutation(({ ctx, input }) => ctx.apiKeys.create(input)),

  /** All API keys, newest first, without their secrets. */
  list: procedure.query(({ ctx }) => ctx.apiKeys.list()),

  /** Revokes an API key; its streams end within seconds. */
  revoke: procedure.input(keyRevokeInputSchema).mutation(async ({ ctx, input }) => {
    await ctx.apiKeys.revoke(input.id);
    return {};
  }),
};
