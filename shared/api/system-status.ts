import * as z from 'zod/mini';
import { askingModeSchema } from '../rooms/consent.ts';

/** A part of the stack that `npm start` sets up. */
export const setupPartSchema = z.object({
  name: z.string().check(z.describe('What it is, for people: Video calls (LiveKit)')),
  needed: z
    .enum(['calls', 'recording', 'storage'])
    .check(z.describe("Which of the app's abilities waits for it")),
  step: z.string().check(z.describe('What is being done now: building, the first time only')),
  state: z.enum(['waiting', 'working', 'ready', 'failed']),
  elapsedMs: z.number().check(z.describe('How long it has been worked on, in ms')),
});

/** The state of the set-up, sent by the launcher to the app on each change. */
export const setupSchema = z.object({ parts: z.array(setupPartSchema) });
export type Setup = z.infer<typeof setupSchema>;

const capabilitySchema = z.object({
  ready: z.boolean(),
  reason: z.optional(z.string().check(z.describe('Why not, a sentence for people'))),
  detail: z.optional(z.string().check(z.describe('What to fix, for operators'))),
});

/** What works now, and what is still being set up. */
export const systemStatusSchema = z.object({
  calls: capabilitySchema,
  recording: capabilitySchema,
  storage: capabilitySchema,
  setup: setupSchema.shape.parts,
  retentionDays: z.optional(
    z
      .number()
      .check(z.describe('After how many days recordings are deleted that are not kept; never when absent')),
  ),
  trashDays: z.optional(
    z
      .number()
      .check(z.describe('For how many days deleted recordings stay in the trash; there is none when absent')),
  ),
  consent: z.optional(
    askingModeSchema.check(
      z.describe(
        'Whether participants are asked, or must agree to be recorded before they join; told when absent',
      ),
    ),
  ),
  notices: z.optional(
    z.array(z.string()).check(z.describe('Problems that do not keep recordings from working, for operators')),
  ),
});
export type SystemStatus = z.infer<typeof systemStatusSchema>;

/** The last run of what an app process does by itself. */
const jobSchema = z.object({
  name: z.string(),
  lastRunAt: z.optional(
    z.number().check(z.describe('When it last ended, in ms since 1970; never when absent')),
  ),
  error: z.optional(
    z.string().check(z.describe('The code of the error it ended with; none when it succeeded')),
  ),
});
export type JobStatus = z.infer<typeof jobSchema>;

/** What works now, for operators: with the jobs of the process that answers. */
export const readinessSchema = z.extend(systemStatusSchema, { jobs: z.array(jobSchema) });
export type Readiness = z.infer<typeof readinessSchema>;

/** The process lives. */
export const healthSchema = z.object({ status: z.literal('ok') });
export type Health = z.infer<typeof healthSchema>;
