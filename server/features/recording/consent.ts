import {
  consentAttribute,
  consentQuestions,
  consentValue,
  parseRoomState,
  type AnswerConsentInput,
  type AskingMode,
  type ConsentReceipt,
} from '@reelroom/shared';
import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { putReceipt, readReceipts } from '../../bucket/consent.ts';
import { wallTime } from '../../lib/clock.ts';
import { forbidden, notStarted } from '../../lib/errors.ts';

/**
 * Participants' consent to being recorded. The recorder page films only those whose attribute says yes for its
 * recording, and only the server writes that: after the receipt, so that nobody is recorded without one.
 */
export function createConsent({
  livekit,
  storage,
  path,
  mode,
}: {
  livekit: Pick<Livekit, 'findRoom' | 'identityOf' | 'findParticipant' | 'setAttributes'>;
  storage: Pick<Storage, 'putJson' | 'list' | 'getText'>;
  path: string;
  /** Absent where participants are told, not asked. */
  mode: AskingMode | undefined;
}) {
  return {
    /**
     * Takes the answer of the participant whose token this is, and stores a receipt of it; the next one replaces it.
     * Three LiveKit requests and a PUT.
     * @throws {ReelroomError} RECORDING_NOT_STARTED: the room is not being recorded under this name, or nobody is
     *   asked; FORBIDDEN: the token is not one for this room, or its holder is not there; STORAGE_UNAVAILABLE, where
     *   a no holds nevertheless
     */
    async answer({
      roomName,
      recording,
      answer,
      language,
      token,
    }: AnswerConsentInput): Promise<ConsentReceipt> {
      const identity = await livekit.identityOf(token, roomName);
      if (identity === undefined) throw forbidden();
      const { recording: shown } = parseRoomState((await livekit.findRoom(roomName))?.metadata);
      const isLive = shown?.status === 'starting' || shown?.status === 'recording';
      if (!mode || !isLive || shown.name !== recording) throw notStarted();
      const participant = await livekit.findParticipant(roomName, identity);
      if (!participant) throw forbidden();
      const receipt = {
        identity,
        name: participant.name,
        answer,
        question: consentQuestions[language][mode],
        at: wallTime(),
      };
      const apply = () =>
        livekit.setAttributes(roomName, identity, {
          [consentAttribute]: consentValue({ recording, answer }),
        });
      if (answer === 'no') await apply();
      await putReceipt(storage, path, recording, receipt);
      if (answer === 'yes') await apply();
      return receipt;
    },

    /** The receipts of a recording, the first answer first: one LIST per 1,000, and one GET for each. */
    receiptsOf: (name: string): Promise<ConsentReceipt[]> => readReceipts(storage, path, name),
  };
}

export type ConsentService = ReturnType<typeof createConsent>;
