import type { Livekit } from '../../plugins/livekit.ts';
import type { RecordingState } from './state.ts';

/** How often, in ms, a recorder is looked for, and how often in a row it may not be there. */
const lookForRecorderMs = 5_000;
const missesUntilLost = 2;

/** How a recorder is. */
export type RecorderLook = 'well' | 'lost' | 'alone';

/**
 * Finds recorders whose host is gone without a word, which LiveKit goes on to call
 * active for ever. One that records is in its room (LiveKit lets it go 20 s after it was
 * last heard of); one that is ending answers.
 */
export function createRecorderWatch({ livekit }: { livekit: Livekit }) {
  /** By egress id: when it was last looked for, in ms since 1970, and how often in a row it was not there. */
  const looks = new Map<string, { at: number; missed: number }>();

  const isThere = ({ status, roomName, id }: RecordingState, isKnown: boolean) =>
    status === 'recording' && isKnown ? livekit.hasParticipant(roomName, id) : livekit.answersStop(id);

  /** A recorder that came too late into a room that was closed has opened it again, all alone. */
  async function isAlone({ status, roomName, roomId }: RecordingState): Promise<boolean> {
    if (status !== 'recording') return false;
    const room = await livekit.findRoom(roomName);
    return room !== undefined && room.sid !== roomId && room.numParticipants === 0;
  }

  return {
    /**
     * How a recording's recorder is, as far as is known: two LiveKit requests every few
     * seconds. One that LiveKit has forgotten, since its Redis lost what it knew, can
     * only be asked to stop: it then ends as it should, and LiveKit hears of it again.
     */
    async look(recording: RecordingState, isKnown: boolean): Promise<RecorderLook> {
      if (recording.status === 'starting' && isKnown) return 'well';
      const last = looks.get(recording.id) ?? { at: 0, missed: 0 };
      if (last.missed >= missesUntilLost) return 'lost';
      if (Date.now() - last.at < lookForRecorderMs) return 'well';
      looks.set(recording.id, { ...last, at: Date.now() });
      if (await isAlone(recording)) return 'alone';
      const missed = (await isThere(recording, isKnown)) ? 0 : last.missed + 1;
      looks.set(recording.id, { at: Date.now(), missed });
      return missed >= missesUntilLost ? 'lost' : 'well';
    },

    /** The recording has ended. */
    forget(id: string): void {
      looks.delete(id);
    },
  };
}

export type RecorderWatch = ReturnType<typeof createRecorderWatch>;
