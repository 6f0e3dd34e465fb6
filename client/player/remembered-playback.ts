import { remembered } from '../lib/storage.ts';
import { speeds } from './speeds.ts';

/** The last settings: volume from 0 to 1, and speed as a factor. */
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

/** An attachment that applies the last volume and speed to a video, and stores changes. */
export function rememberPlayback(video: HTMLVideoElement): () => void {
  const { volume, speed } = playbackOf(remembered.get('volume'), remembered.get('speed'));
  video.volume = volume;
  // Loading a source resets the speed.
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
