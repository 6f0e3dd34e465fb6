import * as z from 'zod/mini';
import { recordingNameSchema } from './recording-name.ts';
import { roomNameSchema } from './room-name.ts';

/**
 * How participants consent to being recorded: they are told; they are asked, and only who agrees is in the recording;
 * or who does not agree cannot join.
 */
export const consentModeSchema = z.enum(['tell', 'ask', 'require']);
export type ConsentMode = z.infer<typeof consentModeSchema>;

/** The modes in which the recorder leaves out who has not agreed. */
export const askingModeSchema = z.enum(['ask', 'require']);
export type AskingMode = z.infer<typeof askingModeSchema>;

/** A mode, if it asks. */
export const askingMode = (mode: ConsentMode): AskingMode | undefined => (mode === 'tell' ? undefined : mode);

export const consentAnswerSchema = z
  .enum(['yes', 'no'], { error: 'answer must be yes or no' })
  .check(z.describe('Whether the participant agrees to be in the recording'));

/** What participants are asked, by mode; a receipt repeats it. */
export const consentQuestions: Record<AskingMode, string> = {
  ask: 'This call is being recorded. Do you want to be in the recording, with your picture, your voice and the screen you share?',
  require:
    'Calls in this room may be recorded, with the picture, the voice and the shared screen of everyone in them. Do you agree?',
};

/** An answer to the question whether one is in a recording. */
export const answerConsentInputSchema = z.object({
  roomName: roomNameSchema,
  recording: recordingNameSchema,
  answer: consentAnswerSchema,
  token: z
    .string({ error: 'token must be the token that the participant joined with' })
    .check(
      z.maxLength(8192, 'token is too long: at most 8192 characters'),
      z.describe('The token that the participant joined with, which says who answers'),
    ),
});
export type AnswerConsentInput = z.infer<typeof answerConsentInputSchema>;

/** What was answered, by whom, to what and when: kept with the recording. */
export const consentReceiptSchema = z.object({
  identity: z.string().check(z.describe('The participant, as LiveKit knows it')),
  name: z.string().check(z.describe('What the participant was called')),
  answer: consentAnswerSchema,
  question: z.string().check(z.describe('What the participant was asked')),
  at: z.number().check(z.describe('When, in ms since 1970')),
});
export type ConsentReceipt = z.infer<typeof consentReceiptSchema>;
