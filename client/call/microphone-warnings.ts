import { m } from '../messages/messages.ts';
import { LocalAudioTrack, RoomEvent, Track, type Room } from 'livekit-client';
import { toast } from '../design/toasts.svelte.ts';
import { watchLoudness } from '../media/level.ts';

/** How loud (0–1) speech is at least, and how long, in ms, somebody speaks before it is no cough. */
const speech = { level: 0.45, forMs: 700 };

/** Warns of a microphone that is on and hears nothing at all. */
export function warnOfSilence(room: Room): void {
  room.on(RoomEvent.LocalAudioSilenceDetected, () => toast(m.microphone_silent, 'warning'));
}

/**
 * Listens to a muted microphone until the user talks, or until what this returns is called. It is a copy of the muted
 * track that is listened to, on this machine: nothing of it is sent.
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
