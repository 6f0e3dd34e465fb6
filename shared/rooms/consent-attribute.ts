// Without schemas: the recorder page, which loads no others, reads it, too.

export type ConsentAnswer = 'yes' | 'no';

/**
 * The participant attribute with the answer for one recording. Only the server writes it: a token of ours does not
 * allow its holder to change attributes.
 */
export const consentAttribute = 'reelroom.consent';

/** A participant's answer for one recording. */
export interface Consent {
  recording: string;
  answer: ConsentAnswer;
}

/** The attribute's value for an answer. */
export const consentValue = ({ answer, recording }: Consent): string => `${answer}:${recording}`;

/** The answer in a participant's attributes, if there is one. */
export function parseConsent(attributes: Readonly<Record<string, string>>): Consent | undefined {
  const [, answer, recording] = /^([a-z]+):([^]+)$/.exec(attributes[consentAttribute] ?? '') ?? [];
  const isAnswer = answer === 'yes' || answer === 'no';
  return isAnswer && recording !== undefined ? { answer, recording } : undefined;
}

/** Whether an answer is a yes to being in this recording. */
export const isYesTo = (consent: Consent | undefined, recording: string): boolean =>
  consent?.recording === recording && consent.answer === 'yes';

/** Whether a participant with these attributes agreed to be in this recording. */
export const agreesTo = (attributes: Readonly<Record<string, string>>, recording: string): boolean =>
  isYesTo(parseConsent(attributes), recording);
