import { Room, RoomEvent } from 'livekit-client';
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

  get people(): readonly Attendee[] {
    return this.#attendees.shown;
  }

  async run(url: string, token: string, layout: StageLayout) {
    performance.mark('join');
    const room = this.#room;
    if (!(await connect(room, url, token))) return signalEgress('END_RECORDING');
    room.on(RoomEvent.Disconnected, () => signalEgress('END_RECORDING'));
    performance.mark('joined');
    await tick();
    // A recording begins with pictures, not with empty tiles; but a room without any is recorded, too.
    await firstFrames(room, { all: layout !== 'single-speaker', atMost: 2000 });
    performance.mark('start');
    signalEgress('START_RECORDING');
  }
}

async function connect(room: Room, url: string, token: string): Promise<boolean> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      await room.connect(url, token);
      return true;
    } catch (error) {
      console.warn('The room could not be joined', error);
      await pause(attempt * 500);
    }
  }
  return false;
}

/** The recorder's view of a room, not yet connected. */
export const createRecorder = () => new Recorder();
