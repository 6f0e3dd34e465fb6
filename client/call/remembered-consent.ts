import {
  consentAttribute,
  consentValue,
  parseConsent,
  type Consent,
  type ConsentAnswer,
} from '@reelroom/shared';
import { activeCall } from '../lib/storage.ts';

/** What the user answered in this tab for that recording. */
export function consentFor(recording: string): ConsentAnswer | undefined {
  const consent = parseConsent({ [consentAttribute]: activeCall.get('call.consent') ?? '' });
  return consent?.recording === recording ? consent.answer : undefined;
}

/** Saves what the user answered for a recording, for when the page is reloaded. */
export function rememberConsent(consent: Consent): void {
  activeCall.set('call.consent', consentValue(consent));
}
