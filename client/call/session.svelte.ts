import { ParticipantEvent, RoomEvent, type Room } from 'livekit-client';
import type { Tracks } from '../media/handover.ts';
import { saveActiveCall, type ActiveCall } from './active-call.ts';
import { createConnection, type Connection } from './connection.svelte.ts';
import { LocalMedia } from './local-media.svelte.ts';
import { createRoomState, type RoomState } from './room-state.svelte.ts';

const ownEvents = [
  ParticipantEvent.LocalTrackPublished,
  ParticipantEvent.LocalTrackUnpublished,
  ParticipantEvent.TrackMuted,
  ParticipantEvent.TrackUnmuted,
] as const;

/** The local side of a call: the connection, what the room says of itself, and the user's devices. */
class Session {
  readonly roomName: string;
  readonly media: LocalMedia;
  readonly room: RoomState;
  readonly connection: Connection;
  /** The user asked for auto-record, and it has not happened yet. */
  #autoRecord: boolean;

  constructor(roomName: string, call: ActiveCall, tracks: Tracks) {
    this.roomName = roomName;
    this.#autoRecord = call.autoRecord;
    this.media = new LocalMedia(call, tracks, () => this.#save());
    this.room = createRoomState();
    this.connection = createConnection(roomName, call, {
      autoRecord: () => this.#autoRecord,
      onCreated: (room) => this.#listen(room),
      onJoined: async (room) => {
        this.#save();
        this.#readRoom(room);
        this.room.readId(room);
        await this.media.use(room.localParticipant);
      },
      onReconnected: (room) => {
        this.#readRoom(room);
        this.media.read();
      },
      onDisconnected: () => void this.media.use(undefined),
    });
  }

  #listen(room: Room) {
    for (const event of ownEvents) {
      // Later, so that a call which has just ended does not turn its devices off for the next one.
      room.localParticipant.on(event, () => queueMicrotask(() => this.#readDevices(room)));
    }
    room.on(RoomEvent.RoomMetadataChanged, () => this.#readRoom(room));
  }

  #readRoom(room: Room) {
    if (!this.connection.isTo(room)) return;
    this.room.read(room);
    if (this.#autoRecord && !this.room.autoRecordPending && this.connection.phase === 'connected') {
      // It has happened: a reload of the page does not ask for it again, since somebody may have stopped it.
      this.#autoRecord = false;
      this.#save();
    }
  }

  #readDevices(room: Room) {
    if (this.connection.isTo(room) && this.connection.phase === 'connected') this.media.read();
  }

  /** Saves what a reload of the page goes back into the call with. */
  #save() {
    const { camera, microphone } = this.media;
    saveActiveCall(this.roomName, { camera, microphone, autoRecord: this.#autoRecord });
  }
}

export type { Session };

/** A session in a room, not yet joined; what is on already, by `tracks`, is its own to turn off. */
export const createSession = (roomName: string, call: ActiveCall, tracks: Tracks): Session =>
  new Session(roomName, call, tracks);
