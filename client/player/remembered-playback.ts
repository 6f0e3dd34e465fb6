import { remembered } from '../lib/storage.ts';
import { speeds } from './speeds.ts';

/** How a person last listened and watched: from 0 to 1, and as a factor. */
interface Playback {
  volume: number;
  speed: number;
}

/** The stored settings, validated: muted sound and unknown speeds are ignored. */
export function playbackOf(volume: string | undefined, speed: string | undefined): Playback {
  const loud = Number(volume ?? 1);
  return {
    volume: loud > 0 && loud <= 1 ? loud : 1,
    speed: speeds.find((one) => one === Number(speed ?? 1)) ?? 1,
  };
}

/** Plays a video as loud and as fast as the last one, and remembers what becomes of that. */
export function rememberPlayback(video: HTMLVideoElement): () => void {
  const { volume, speed } = playbackOf(remembered.get('volume'), remembered.get('speed'));
  video.volume = volume;
  // A video that is loaded goes back to the default.
  video.defaultPlaybackRate = video.playbackRate = speed;
  const keep = () => {
    video.defaultPlaybackRate = video.playbackRate;
    remembered.set('volume', String(video.volume));
    remembered.set('speed', String(video.playbackRate));
  };
  video.addEventListener('volumechange', keep);
  video.addEventListener('ratechange', keep);
  return () => {
    video.removeEventListener('volumechange', keep);
    video.removeEventListener('ratechange', keep);
  };
}
