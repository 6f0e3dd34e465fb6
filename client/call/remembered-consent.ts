import {
  consentAttribute,
  consentValue,
  parseConsent,
  type Consent,
  type ConsentAnswer,
} from '@reelroom/shared';
import { activeCall } from '../lib/storage.ts';

/** The user's answer in this tab for a recording. */
export function consentFor(recording: string): ConsentAnswer | undefined {
  const consent = parseConsent({ [consentAttribute]: activeCall.get('call.consent') ?? '' });
  return consent?.recording === recording ? consent.answer : undefined;
}

/** Saves the user's answer for a recording across reloads. */
export function rememberConsent(consent: Consent): void {
  activeCall.set('call.consent', consentValue(consent));
}

/** Whether the user agreed in this tab to all recordings of a room. */
export const hasAgreed = (roomName: string): boolean => activeCall.get('call.agreed') === roomName;

/** Saves that the user agrees to all recordings of a room. */
export function agree(roomName: string): void {
  activeCall.set('call.agreed', roomName);
}
