import { z } from 'zod';

/** A part of the stack that `npm start` sets up. */
export const setupPartSchema = z.object({
  name: z.string().describe('What it is, for people: Video calls (LiveKit)'),
  needed: z.enum(['calls', 'recording', 'storage']).describe("Which of the app's abilities waits for it"),
  step: z.string().describe('What is being done now: building, the first time only'),
  state: z.enum(['waiting', 'working', 'ready', 'failed']),
  elapsedMs: z.number().describe('How long it has been worked on, in ms'),
});

/** The state of the set-up, sent by the launcher to the app on each change. */
export const setupSchema = z.object({ parts: z.array(setupPartSchema) });
export type Setup = z.infer<typeof setupSchema>;

const capabilitySchema = z.object({
  ready: z.boolean(),
  reason: z.string().describe('Why not, a sentence for people').optional(),
  detail: z.string().describe('What to fix, for operators').optional(),
});

/** What works now, and what is still being set up. */
export const systemStatusSchema = z.object({
  calls: capabilitySchema,
  recording: capabilitySchema,
  storage: capabilitySchema,
  setup: setupSchema.shape.parts,
  retentionDays: z
    .number()
    .describe('After how many days recordings are deleted that are not kept; never when absent')
    .optional(),
  notices: z
    .array(z.string())
    .describe('Problems that do not keep recordings from working, for operators')
    .optional(),
});
export type SystemStatus = z.infer<typeof systemStatusSchema>;

/** The process lives. */
export const healthSchema = z.object({ status: z.literal('ok') });
export type Health = z.infer<typeof healthSchema>;
