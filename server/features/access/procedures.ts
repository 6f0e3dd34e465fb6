import { forbidden } from '../../lib/errors.ts';
import { createTrpc } from '../../http/trpc.ts';
import { isAllowed } from './authorise.ts';
import type { Context } from './context.ts';
import { procedureRules, ruleNamed } from './policy.ts';

/** The base procedure of a feature: gated by its rule, with the feature's `Collaborators` in its context. */
export const proceduresWith = <Collaborators extends object>() =>
  createTrpc<Context & Collaborators>().procedure.use(async ({ path, ctx, next }) => {
    const rule = ruleNamed(procedureRules, path);
    if (!isAllowed(ctx.principal, rule)) throw forbidden();
    await ctx.countCall(rule);
    return next();
  });
