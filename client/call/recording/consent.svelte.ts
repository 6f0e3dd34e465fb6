import { consentLanguages, type AskingMode, type ConsentAnswer } from '@reelroom/shared';
import { errorSentence } from '../../app/error-message.ts';
import { trpc } from '../../app/trpc.ts';
import { language } from '../../messages/words.ts';
import { toast } from '../../design/toasts.svelte.ts';
import { hasAgreed } from '../agreement.ts';
import { consentFor, rememberConsent } from '../remembered-consent.ts';
import type { Session } from '../session.svelte.ts';

/** The language of the question. */
const asked = consentLanguages.find((known) => known === language) ?? 'en';

/** The user's consent to a room's recording: the question and the answer. */
class ConsentControl {
  readonly #session: Session;
  /** The recording that the user is asked about; undefined where nobody is asked. */
  readonly #asking = $derived.by((): { name: string; mode: AskingMode } | undefined => {
    const { recording } = this.#session.room;
    const isLive = recording?.status === 'starting' || recording?.status === 'recording';
    return recording?.consent && isLive ? { name: recording.name, mode: recording.consent } : undefined;
  });
  readonly #answer = $derived.by((): ConsentAnswer | undefined => {
    const own = this.#session.connection.people.find(({ isLocal }) => isLocal)?.consent;
    return own && own.recording === this.#asking?.name ? own.answer : undefined;
  });
  #isReopened = $state(false);
  isAnswering = $state(false);

  constructor(session: Session) {
    this.#session = session;
    $effect(() => this.#answerAsBefore());
  }

  /** How the user is asked; undefined where nobody is. */
  get mode(): AskingMode | undefined {
    return this.#session.connection.phase === 'connected' ? this.#asking?.mode : undefined;
  }
  /** The recording for which tiles show who is not in it. */
  get recording(): string | undefined {
    return this.#asking?.name;
  }
  get answer(): ConsentAnswer | undefined {
    return this.#answer;
  }
  /** Whether the question is shown. */
  get isOpen(): boolean {
    if (!this.mode) return false;
    return this.#isReopened || (this.#answer === undefined && !this.isAnswering);
  }

  /** Shows the question again, to change the answer. */
  reopen(): void {
    this.#isReopened = true;
  }

  /** Answers for the live recording; where that fails, shows a toast and keeps the question. */
  async give(answer: ConsentAnswer): Promise<void> {
    const recording = this.#asking?.name;
    const { token } = this.#session.connection;
    if (recording === undefined || token === undefined || this.isAnswering) return;
    this.isAnswering = true;
    try {
      const { roomName } = this.#session;
      await trpc.recordings.answerConsent.mutate({ roomName, recording, answer, language: asked, token });
      rememberConsent({ recording, answer });
      this.#isReopened = false;
    } catch (error) {
      toast(errorSentence(error), 'error');
    } finally {
      this.isAnswering = false;
    }
  }

  /** The answer before a reload, or the consent to all recordings of the room. */
  #answerAsBefore() {
    if (!this.mode || !this.#asking || this.#answer !== undefined) return;
    const before = consentFor(this.#asking.name);
    if (before) void this.give(before);
    else if (this.#asking.mode === 'require' && hasAgreed(this.#session.roomName)) void this.give('yes');
  }
}

export type { ConsentControl };

/** The user's consent in a session; to be made while a component is. */
export const createConsentControl = (session: Session): ConsentControl => new ConsentControl(session);
