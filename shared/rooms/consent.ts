import * as z from 'zod/mini';
import { recordingNameSchema } from '../base/recording-name.ts';
import { roomNameSchema } from '../base/room-name.ts';

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

/** The languages in which participants are asked. */
export const consentLanguages = ['en', 'es'] as const;
export type ConsentLanguage = (typeof consentLanguages)[number];

/** What participants are asked, by their page's language and by mode; a receipt repeats it. */
export const consentQuestions: Record<ConsentLanguage, Record<AskingMode, string>> = {
  en: {
    ask: 'This call is being recorded. Do you want to be in the recording, with your picture, your voice and the screen you share?',
    require:
      'Calls in this room may be recorded, with the picture, the voice and the shared screen of everyone in them. Do you agree?',
  },
  es: {
    ask: 'Esta llamada se está grabando. ¿Quieres salir en la grabación, con tu imagen, tu voz y la pantalla que compartas?',
    require:
      'Las llamadas de esta sala pueden grabarse, con la imagen, la voz y la pantalla compartida de todos. ¿Aceptas?',
  },
};

/** An answer to the question whether one is in a recording. */
export const answerConsentInputSchema = z.object({
  roomName: roomNameSchema,
  recording: recordingNameSchema,
  answer: consentAnswerSchema,
  language: z._default(
    z
      .enum(consentLanguages, { error: `language must be one of ${consentLanguages.join(', ')}` })
      .check(z.describe('The language in which the participant was asked')),
    'en',
  ),
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
  question: z.string().check(z.describe('What the participant was asked, in the language of the page')),
  at: z.number().check(z.describe('When, in ms since 1970')),
});
export type ConsentReceipt = z.infer<typeof consentReceiptSchema>;
