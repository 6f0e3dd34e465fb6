import { m } from '../messages/messages.ts';
import { LocalAudioTrack, RoomEvent, Track, type Room } from 'livekit-client';
import { toast } from '../design/toasts.svelte.ts';
import { watchLoudness } from '../media/level.ts';

/** The least level (0–1) of speech, and its least duration, in ms: a cough is shorter. */
const speech = { level: 0.45, forMs: 700 };

/** Warns of an open microphone without any signal. */
export function warnOfSilence(room: Room): void {
  room.on(RoomEvent.LocalAudioSilenceDetected, () => {
    // It may have been muted while LiveKit measured.
    if (room.localParticipant.isMicrophoneEnabled) toast(m.microphone_silent, 'warning');
  });
}

/**
 * Listens to a muted microphone until the user talks; returns a function that ends that. Measures a copy of the
 * muted track on this machine: nothing is sent.
 * @param onTalking called once, when the user talks
 */
export function listenWhileMuted(room: Room, onTalking: () => void): () => void {
  const { track } = room.localParticipant.getTrackPublication(Track.Source.Microphone) ?? {};
  if (!(track instanceof LocalAudioTrack) || track.mediaStreamTrack.readyState !== 'live')
    return () => undefined;
  const copy = track.mediaStreamTrack.clone();
  copy.enabled = true;
  let since: number | undefined;
  const stopListening = watchLoudness(new MediaStream([copy]), (level) => {
    if (level < speech.level) since = undefined;
    else since ??= performance.now();
    if (since === undefined || performance.now() - since < speech.forMs) return;
    stop();
    onTalking();
  });
  function stop() {
    if (copy.readyState === 'ended') return;
    stopListening();
    copy.stop();
  }
  return stop;
}
