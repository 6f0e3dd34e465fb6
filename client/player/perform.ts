import { m } from '../messages/messages.ts';
import type { Action } from './keys.ts';
import { nextSpeed } from './speeds.ts';

type Video = Pick<
  HTMLVideoElement,
  'paused' | 'play' | 'pause' | 'currentTime' | 'duration' | 'seekable' | 'playbackRate' | 'volume' | 'muted'
>;

interface Performer {
  video: Video;
  /** The actions that the video element alone cannot do. */
  others: Record<'full-screen' | 'picture-in-picture' | 'copy-link' | 'show-keys', () => void>;
}

const volumeStep = 0.1;

/** The latest playable position, in s, which grows while recording. */
function endOf({ seekable, duration }: Video): number {
  if (Number.isFinite(duration)) return duration;
  return seekable.length > 0 ? seekable.end(seekable.length - 1) : 0;
}

/** Performs a key's action; returns a hint where nothing on screen shows the effect. */
export function perform(action: Action, { video, others }: Performer): string {
  switch (action.do) {
    case 'play-pause':
      if (!video.paused) video.pause();
      // An `error` event reports why playback failed.
      else void video.play().catch(() => undefined);
      return '';
    case 'skip':
      goTo(video, video.currentTime + action.seconds);
      return `${action.seconds > 0 ? '+' : '−'}${Math.abs(action.seconds)} s`;
    case 'go-to':
      goTo(video, endOf(video) * action.part);
      return '';
    case 'speed':
      video.playbackRate = nextSpeed(video.playbackRate, action.step);
      return m.player_speed(video.playbackRate);
    case 'volume': {
      const steps = Math.round(video.volume / volumeStep) + action.step;
      video.volume = Math.min(1, Math.max(0, steps * volumeStep));
      video.muted = false;
      return m.player_volume(Math.round(video.volume * 100));
    }
    case 'mute':
      video.muted = !video.muted;
      return video.muted ? m.sound_off : m.sound_on;
    default:
      others[action.do]();
      return '';
  }
}

function goTo(video: Video, seconds: number): void {
  video.currentTime = Math.min(endOf(video), Math.max(0, seconds));
}
