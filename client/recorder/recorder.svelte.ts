import { agreesTo } from '@reelroom/shared';
import { Room, RoomEvent, type RemoteParticipant } from 'livekit-client';
import { tick } from 'svelte';
import { watchAttendees, type Attendee } from '../call/attendees.svelte.ts';
import type { StageLayout } from '../call/stage/layout.ts';
import { firstFrames } from './first-frames.ts';

const attempts = 4;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Egress starts and ends the file when it reads these words in the console. */
const signalEgress = (word: 'START_RECORDING' | 'END_RECORDING') => console.log(word);

/** What the recorder sees of the room. Its marks tell benchmarks where the time of a start goes. */
class Recorder {
  readonly #room = new Room({ adaptiveStream: true, dynacast: true });
  readonly #attendees = watchAttendees(this.#room, { withLocal: false });
  readonly #recording: string | undefined;

  constructor(recording: string | undefined) {
    this.#recording = recording;
    if (recording !== undefined) subscribeWithConsent(this.#room, recording);
  }

  get people(): readonly Attendee[] {
    return this.#attendees.shown;
  }

  async run(url: string, token: string, layout: StageLayout) {
    performance.mark('join');
    const room = this.#room;
    const autoSubscribe = this.#recording === undefined;
    if (!(await connect(room, { url, token, autoSubscribe }))) return signalEgress('END_RECORDING');
    room.on(RoomEvent.Disconnected, () => signalEgress('END_RECORDING'));
    performance.mark('joined');
    await tick();
    // A recording begins with pictures, not with empty tiles; but a room without any is recorded, too.
    await firstFrames(room, { all: layout !== 'single-speaker', atMost: 2000 });
    performance.mark('start');
    signalEgress('START_RECORDING');
  }
}

/** Subscribes to the tracks of those who agree to be in the recording, and to nobody else's, whenever that changes. */
function subscribeWithConsent(room: Room, recording: string) {
  const read = (participant: RemoteParticipant) => {
    const isIn = agreesTo(participant.attributes, recording);
    for (const publication of participant.trackPublications.values()) {
      if (publication.isDesired !== isIn) publication.setSubscribed(isIn);
    }
  };
  const readAll = () => room.remoteParticipants.forEach(read);
  room
    .on(RoomEvent.Connected, readAll)
    .on(RoomEvent.Reconnected, readAll)
    .on(RoomEvent.ParticipantConnected, read)
    .on(RoomEvent.TrackPublished, (_publication, participant) => read(participant))
    .on(RoomEvent.ParticipantAttributesChanged, readAll);
}

async function connect(
  room: Room,
  { url, token, autoSubscribe }: { url: string; token: string; autoSubscribe: boolean },
): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await room.connect(url, token, { autoSubscribe });
      return true;
    } catch (error) {
      console.warn('The room could not be joined', error);
      await pause(attempt * 500);
    }
  }
  return false;
}

/**
 * The recorder's view of a room, not yet connected.
 * @param recording its name where participants are asked: only those who agree are in it
 */
export const createRecorder = (recording: string | undefined) => new Recorder(recording);
