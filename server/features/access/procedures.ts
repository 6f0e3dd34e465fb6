import { z } from 'zod';
import { forbidden, toReelroomError } from '../../lib/errors.ts';
import { createTrpc, knownError } from '../../http/trpc.ts';
import type { Context } from './context.ts';
import { auditedAs, isAbility, procedureRules, ruleNamed, type Rule } from './policy.ts';
import { withGrant } from './principal.ts';
import { targetOf } from './targets.ts';

const recordSchema = z.record(z.string(), z.unknown()).catch({});

/** The recording and the share link's token in a procedure's input, where its rule takes one. */
function linkIn({ share }: Rule, input: unknown): { recording: string; token: string } | undefined {
  if (share === undefined) return undefined;
  const fields = recordSchema.parse(input);
  const { name: recording } = fields;
  const token = fields[share];
  return typeof recording === 'string' && typeof token === 'string' ? { recording, token } : undefined;
}

/** The caller's name in the input of an audited call. */
function callerIn({ audit }: Rule, input: unknown): string | undefined {
  const { by } = audit === true ? {} : (audit ?? {});
  const name = by === undefined ? undefined : recordSchema.parse(input)[by];
  return typeof name === 'string' ? name : undefined;
}

/** Throws unless the principal may call the procedure with this input; nobody may without a rule. */
async function assertAllowed(
  ctx: Pick<Context, 'assertMay'>,
  rule: Rule | undefined,
  input: unknown,
): Promise<void> {
  if (!rule) throw forbidden();
  if (rule.needs === 'nothing') return;
  if (!isAbility(rule.needs)) throw forbidden();
  await ctx.assertMay(rule.needs, targetOf(rule.on, input));
}

/** The base procedure of a feature: checked by its rule, with the feature's `Collaborators` in its context. */
export const proceduresWith = <Collaborators extends object>() =>
  createTrpc<Context & Collaborators>().procedure.use(async ({ path, ctx, getRawInput, next }) => {
    const rule = ruleNamed(procedureRules, path);
    const input = await getRawInput();
    const what = rule && auditedAs(rule);
    const note = (outcome: string) => {
      if (rule && what !== undefined)
        ctx.audit({ what, on: targetOf(rule.on, input), name: callerIn(rule, input), outcome });
    };
    try {
      const link = rule && linkIn(rule, input);
      const grant = link && (await ctx.grantOfLink(link.recording, link.token));
      const rights = grant ? ctx.rightsOf(withGrant(ctx.principal, grant)) : ctx;
      await assertAllowed(rights, rule, input);
      await ctx.countCall(rule);
    } catch (error) {
      note(toReelroomError(error).code);
      throw error;
    }
    const result = await next();
    note(result.ok ? 'ok' : (knownError(result.error)?.code ?? 'INVALID_INPUT'));
    return result;
  });
