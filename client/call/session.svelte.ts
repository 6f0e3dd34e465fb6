import { ParticipantEvent, RoomEvent, type Room } from 'livekit-client';
import type { Tracks } from '../media/handover.ts';
import { saveActiveCall, type ActiveCall } from './active-call.ts';
import { createChat, type Chat } from './chat/chat.svelte.ts';
import { CallDevices } from './devices.svelte.ts';
import { createConnection, type Connection } from './connection.svelte.ts';
import { toast } from '../design/toasts.svelte.ts';
import { LocalMedia } from './local-media.svelte.ts';
import { listenWhileMuted, warnOfSilence } from './microphone-warnings.ts';
import { createRoomState, type RoomState } from './room-state.svelte.ts';

const ownEvents = [
  ParticipantEvent.LocalTrackPublished,
  ParticipantEvent.LocalTrackUnpublished,
  ParticipantEvent.TrackMuted,
  ParticipantEvent.TrackUnmuted,
] as const;

/** The local side of a call: the connection, the room's state, and the user's devices. */
class Session {
  readonly roomName: string;
  readonly media: LocalMedia;
  readonly room: RoomState;
  readonly devices = new CallDevices();
  readonly chat: Chat;
  readonly connection: Connection;
  /** The user talks with the microphone muted. */
  talksWhileMuted = $state(false);
  #stopListening: (() => void) | undefined;
  /** The user asked for auto-record, which has not begun yet. */
  #autoRecord: boolean;

  constructor(roomName: string, call: ActiveCall, tracks: Tracks) {
    this.roomName = roomName;
    this.#autoRecord = call.autoRecord;
    this.media = new LocalMedia(call, tracks, () => this.#save());
    this.room = createRoomState();
    this.chat = createChat({ onUnread: ({ name, text }) => toast(`${name}: ${text}`) });
    this.connection = createConnection(roomName, call, {
      autoRecord: () => this.#autoRecord,
      onCreated: (room) => this.#listen(room),
      onJoined: async (room) => {
        this.#save();
        this.#readRoom(room);
        this.room.readId(room);
        await this.media.use(room.localParticipant);
        await this.devices.use(room);
      },
      onReconnected: (room) => {
        this.#readRoom(room);
        this.media.read();
      },
      onDisconnected: () => {
        void this.media.use(undefined);
        this.#listenWhileMuted(undefined);
      },
    });
  }

  #listen(room: Room) {
    for (const event of ownEvents) {
      // Later, so that a call which has just ended does not turn its devices off for the next one.
      room.localParticipant.on(event, () => queueMicrotask(() => this.#readDevices(room)));
    }
    warnOfSilence(room);
    this.chat.listen(room);
    room.on(RoomEvent.RoomMetadataChanged, () => this.#readRoom(room));
  }

  #readRoom(room: Room) {
    if (!this.connection.isTo(room)) return;
    this.room.read(room);
    if (this.#autoRecord && !this.room.autoRecordPending && this.connection.phase === 'connected') {
      // Begun: a reload must not ask for it again, since somebody may have stopped it.
      this.#autoRecord = false;
      this.#save();
    }
  }

  #readDevices(room: Room) {
    if (!this.connection.isTo(room) || this.connection.phase !== 'connected') return;
    this.media.read();
    this.#listenWhileMuted(this.media.microphone ? undefined : room);
  }

  /** Notices that the user talks, while the microphone of this room is muted. */
  #listenWhileMuted(room: Room | undefined) {
    if (room && this.#stopListening) return;
    this.#stopListening?.();
    this.talksWhileMuted = false;
    this.#stopListening = room && listenWhileMuted(room, () => (this.talksWhileMuted = true));
  }

  /** Saves how to rejoin the call after a reload. */
  #save() {
    const { camera, microphone } = this.media;
    saveActiveCall(this.roomName, { camera, microphone, autoRecord: this.#autoRecord });
  }
}

export type { Session };

/** Creates a session in a room, not yet joined; it owns the open `tracks`. */
export const createSession = (roomName: string, call: ActiveCall, tracks: Tracks): Session =>
  new Session(roomName, call, tracks);
