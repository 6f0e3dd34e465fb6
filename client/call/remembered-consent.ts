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
