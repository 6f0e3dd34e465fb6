import {
  ParticipantKind,
  RoomEvent,
  Track,
  type Participant,
  type RemoteAudioTrack,
  type Room,
} from 'livekit-client';

/** A participant as the stage shows one: a plain picture of the moment, made anew at each change. */
export interface Person {
  /** Unique, while names need not be. */
  readonly id: string;
  readonly name: string;
  readonly isLocal: boolean;
  readonly isSpeaking: boolean;
  readonly isMuted: boolean;
  readonly camera: Track | undefined;
  readonly screen: Track | undefined;
  /** What is to be heard of them; nothing of oneself. */
  readonly audio: readonly RemoteAudioTrack[];
}

const videoOf = (participant: Participant, source: Track.Source): Track | undefined => {
  const publication = participant.getTrackPublication(source);
  return publication?.isMuted ? undefined : publication?.videoTrack;
};

const describe = (participant: Participant): Person => ({
  id: participant.identity,
  name: participant.name || participant.identity,
  isLocal: participant.isLocal,
  isSpeaking: participant.isSpeaking,
  isMuted: !participant.isMicrophoneEnabled,
  camera: videoOf(participant, Track.Source.Camera),
  screen: videoOf(participant, Track.Source.ScreenShare),
  audio: [...participant.audioTrackPublications.values()]
    .map((publication) => publication.track)
    .filter((track): track is RemoteAudioTrack => track?.kind === Track.Kind.Audio && !track.isLocal),
});

/** Recorders and other hidden helpers are in the room, but not part of the call. */
const isVisible = ({ kind, permissions }: Participant) =>
  kind !== ParticipantKind.EGRESS && !permissions?.hidden;

/** The others in a room, in the order in which they came. */
export function othersIn(room: Room): Person[] {
  return [...room.remoteParticipants.values()]
    .filter(isVisible)
    .sort((a, b) => (a.joinedAt?.getTime() ?? 0) - (b.joinedAt?.getTime() ?? 0))
    .map(describe);
}

/** Everyone in a room, oneself first. */
export function everyoneIn(room: Room): Person[] {
  return [describe(room.localParticipant), ...othersIn(room)];
}

const changes = [
  RoomEvent.ParticipantConnected,
  RoomEvent.ParticipantActive,
  RoomEvent.ParticipantDisconnected,
  RoomEvent.ParticipantNameChanged,
  RoomEvent.ParticipantPermissionsChanged,
  RoomEvent.TrackSubscribed,
  RoomEvent.TrackUnsubscribed,
  RoomEvent.TrackPublished,
  RoomEvent.TrackUnpublished,
  RoomEvent.TrackMuted,
  RoomEvent.TrackUnmuted,
  RoomEvent.LocalTrackPublished,
  RoomEvent.LocalTrackUnpublished,
  RoomEvent.ActiveSpeakersChanged,
  RoomEvent.Reconnected,
] as const;

/** Calls back when what {@link everyoneIn} tells has changed; many changes at once make one call. */
export function watchPeople(room: Room, onChange: () => void): void {
  let waiting = false;
  const changed = () => {
    if (waiting) return;
    waiting = true;
    queueMicrotask(() => {
      waiting = false;
      onChange();
    });
  };
  for (const event of changes) room.on(event, changed);
}
