import { isYesTo, parseConsent, type Consent } from '@reelroom/shared';
import {
  ConnectionQuality,
  ParticipantEvent,
  ParticipantKind,
  RoomEvent,
  Track,
  type Participant,
  type RemoteAudioTrack,
  type Room,
} from 'livekit-client';

/** The events that change an {@link Attendee}. */
const ownEvents = [
  ParticipantEvent.IsSpeakingChanged,
  ParticipantEvent.ConnectionQualityChanged,
  ParticipantEvent.ParticipantNameChanged,
  ParticipantEvent.AttributesChanged,
  ParticipantEvent.ParticipantPermissionsChanged,
  ParticipantEvent.TrackPublished,
  ParticipantEvent.TrackUnpublished,
  ParticipantEvent.TrackSubscribed,
  ParticipantEvent.TrackUnsubscribed,
  ParticipantEvent.TrackMuted,
  ParticipantEvent.TrackUnmuted,
  ParticipantEvent.LocalTrackPublished,
  ParticipantEvent.LocalTrackUnpublished,
] as const;

const unstable = [ConnectionQuality.Poor, ConnectionQuality.Lost];

const videoOf = (participant: Participant, source: Track.Source): Track | undefined => {
  const publication = participant.getTrackPublication(source);
  return publication?.isMuted ? undefined : publication?.videoTrack;
};

const audioOf = (participant: Participant): RemoteAudioTrack[] =>
  [...participant.audioTrackPublications.values()]
    .map(({ track }) => track)
    .filter((track): track is RemoteAudioTrack => track?.kind === Track.Kind.Audio && !track.isLocal);

const isSame = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/**
 * A participant for the stage. There is one object per participant, and events update only the fields that
 * changed, so that an element that plays a track is affected by nothing else.
 */
export class Attendee {
  readonly participant: Participant;
  /** The identity, which is unique; names need not be. */
  readonly id: string;
  readonly isLocal: boolean;
  name = $state('');
  isSpeaking = $state(false);
  /** The participant's connection is poor or lost. */
  isUnstable = $state(false);
  isMuted = $state(true);
  /** A recorder or another helper: in the room, but not part of the call. */
  isHidden = $state(false);
  /** The participant's consent, or refusal, to be recorded. */
  consent = $state.raw<Consent>();
  camera = $state.raw<Track>();
  screen = $state.raw<Track>();
  /** Remote tracks only: the local voice is not played back. */
  audio = $state.raw<readonly RemoteAudioTrack[]>([]);

  constructor(participant: Participant) {
    this.participant = participant;
    this.id = participant.identity;
    this.isLocal = participant.isLocal;
    this.#read();
    for (const event of ownEvents) participant.on(event, this.#read);
  }

  /** Stops listening; the fields stay as they are. */
  release(): void {
    for (const event of ownEvents) this.participant.off(event, this.#read);
  }

  /** Whether the participant agreed to be in this recording. */
  isIn(recording: string): boolean {
    return isYesTo(this.consent, recording);
  }

  /** When the participant last spoke, in ms since 1970; 0 if never. */
  get lastSpokeAt(): number {
    return this.participant.lastSpokeAt?.getTime() ?? 0;
  }

  #read = () => {
    const { participant } = this;
    this.name = participant.name || participant.identity;
    this.isSpeaking = participant.isSpeaking;
    this.isMuted = !participant.isMicrophoneEnabled;
    this.isUnstable = unstable.includes(participant.connectionQuality);
    this.isHidden = participant.kind === ParticipantKind.EGRESS || participant.permissions?.hidden === true;
    const consent = parseConsent(participant.attributes);
    if (consent?.recording !== this.consent?.recording || consent?.answer !== this.consent?.answer)
      this.consent = consent;
    this.camera = videoOf(participant, Track.Source.Camera);
    this.screen = videoOf(participant, Track.Source.ScreenShare);
    const audio = audioOf(participant);
    if (!isSame(audio, this.audio)) this.audio = audio;
  };
}

const byArrival = (a: Attendee, b: Attendee) =>
  Number(b.isLocal) - Number(a.isLocal) ||
  (a.participant.joinedAt?.getTime() ?? 0) - (b.participant.joinedAt?.getTime() ?? 0);

/** The participants of a room: each identity once. */
class Attendees {
  #all = $state.raw<readonly Attendee[]>([]);
  readonly #shown = $derived(this.#all.filter(({ isHidden }) => !isHidden).sort(byArrival));

  /** The visible participants: the local one first, the others by arrival. */
  get shown(): readonly Attendee[] {
    return this.#shown;
  }

  add(participant: Participant): void {
    if (this.#all.some((attendee) => attendee.participant === participant)) return;
    this.remove(participant);
    this.#all = [...this.#all, new Attendee(participant)];
  }

  remove({ identity }: Participant): void {
    const gone = this.#all.find(({ id }) => id === identity);
    if (!gone) return;
    gone.release();
    this.#all = this.#all.filter((attendee) => attendee !== gone);
  }

  /** Adds and removes attendees to match `participants`. */
  keep(participants: readonly Participant[]): void {
    for (const { participant } of this.#all) {
      if (!participants.includes(participant)) this.remove(participant);
    }
    for (const participant of participants) this.add(participant);
  }
}

export type { Attendees };

/** The participants of a room while it is connected; with the local one only `withLocal`. */
export function watchAttendees(room: Room, { withLocal }: { withLocal: boolean }): Attendees {
  const attendees = new Attendees();
  const readAll = () =>
    attendees.keep([...(withLocal ? [room.localParticipant] : []), ...room.remoteParticipants.values()]);
  room
    .on(RoomEvent.Connected, readAll)
    .on(RoomEvent.Reconnected, readAll)
    .on(RoomEvent.ParticipantConnected, (participant) => attendees.add(participant))
    .on(RoomEvent.ParticipantDisconnected, (participant) => attendees.remove(participant))
    .on(RoomEvent.Disconnected, () => attendees.keep([]));
  return attendees;
}
