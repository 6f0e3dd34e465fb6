import {
  answerConsentInputSchema,
  recordingInputSchema,
  roomInputSchema,
  startInputSchema,
} from '@reelroom/shared';
import { proceduresWith } from '../access/procedures.ts';
import type { ConsentService } from './consent.ts';
import type { Lifecycle } from './lifecycle.ts';

/** What these procedures delegate to. */
export interface RecordingCollaborators {
  lifecycle: Pick<Lifecycle, 'start' | 'stop' | 'keepRecording'>;
  consent: ConsentService;
}

const procedure = proceduresWith<RecordingCollaborators>();

export const recordingProcedures = {
  /** Starts recording a room; returns the recording, `starting`. */
  start: procedure.input(startInputSchema).mutation(({ ctx, input }) => ctx.lifecycle.start(input)),

  /** Stops a room's recording; returns it, `stopping`. */
  stop: procedure.input(roomInputSchema).mutation(({ ctx, input }) => ctx.lifecycle.stop(input.roomName)),

  /** Continues a room's recording though one person is alone there; returns it. */
  keepRecording: procedure
    .input(roomInputSchema)
    .mutation(({ ctx, input }) => ctx.lifecycle.keepRecording(input.roomName)),

  /** Stores a participant's consent, or refusal, to be recorded; returns its receipt. */
  answerConsent: procedure
    .input(answerConsentInputSchema)
    .mutation(({ ctx, input }) => ctx.consent.answer(input)),

  /** The consent receipts of a recording, oldest first. */
  consent: procedure
    .input(recordingInputSchema)
    .query(({ ctx, input }) => ctx.consent.receiptsOf(input.name)),
};
