import { z } from 'zod';

/** A part of the stack that `npm start` sets up. */
export const setupPartSchema = z.object({
  /** What it is, for people: `Video calls (LiveKit)`. */
  name: z.string(),
  /** Which of the app's abilities waits for it. */
  needed: z.enum(['calls', 'recording', 'storage']),
  /** What is being done now: `building, the first time only`. */
  step: z.string(),
  state: z.enum(['waiting', 'working', 'ready', 'failed']),
  /** How long it has been worked on, in ms. */
  elapsedMs: z.number(),
});

/** What the launcher tells the app of the set-up, whenever it changes. */
export const setupSchema = z.object({ parts: z.array(setupPartSchema) });
export type Setup = z.infer<typeof setupSchema>;

const abilitySchema = z.object({
  ready: z.boolean(),
  /** Why not, a sentence for people. */
  reason: z.string().optional(),
});

/** What works now, and what is still being set up. */
export const systemStatusSchema = z.object({
  calls: abilitySchema,
  recording: abilitySchema,
  storage: abilitySchema,
  setup: setupSchema.shape.parts,
  /** After how many days recordings are deleted that are not kept; never when absent. */
  retentionDays: z.number().optional(),
});
export type SystemStatus = z.infer<typeof systemStatusSchema>;
