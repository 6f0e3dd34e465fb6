import type { Attachment } from 'svelte/attachments';

/** The playback position; a new player continues from it. */
export interface Position {
  /** In s. */
  at: number;
  paused: boolean;
}

interface Playback {
  source: string;
  /** Where to begin, and whether somebody has to say so; written when playback is taken away. */
  position: Position;
  /** It cannot be played. */
  onFailure: () => void;
}

/** Plays a file, for as long as this is attached. */
export const playFile =
  ({ source, position, onFailure }: Playback): Attachment<HTMLVideoElement> =>
  (video) => {
    video.onerror = onFailure;
    video.autoplay = !position.paused;
    // As a media fragment, so that what is before is not loaded first.
    video.src = position.at > 0 ? `${source}#t=${position.at}` : source;
    return () => releaseSource(video, position);
  };

/** Plays a recording that is still being made, from its HLS playlist, for as long as this is attached. */
export const playLive =
  ({ source, position, onFailure }: Playback): Attachment<HTMLVideoElement> =>
  (video) => {
    const end = new AbortController();
    video.autoplay = !position.paused;
    open(video, source, position.at, onFailure, end.signal).catch(() => {
      if (!end.signal.aborted) onFailure();
    });
    return () => {
      releaseSource(video, position);
      end.abort();
    };
  };

async function open(
  video: HTMLVideoElement,
  source: string,
  from: number,
  onFailure: () => void,
  signal: AbortSignal,
): Promise<void> {
  await untilThere(source, signal);
  // Chromium plays HLS by itself, but cannot seek while the playlist grows: that is for browsers which know only this.
  if (!('MediaSource' in window || 'ManagedMediaSource' in window)) {
    video.onerror = onFailure;
    video.onloadedmetadata = () => (video.currentTime = from);
    video.src = source;
    return;
  }
  const { default: Hls } = await import('hls.js/light');
  signal.throwIfAborted();
  const hls = new Hls({ startPosition: from });
  signal.addEventListener('abort', () => hls.destroy());
  let troubleSince: number | undefined;
  hls.on(Hls.Events.FRAG_BUFFERED, () => (troubleSince = undefined));
  hls.on(Hls.Events.ERROR, (_event, { fatal, type, response }) => {
    if (!fatal) return;
    const now = performance.now();
    troubleSince ??= now;
    // 404: there is a file by now. What goes on for long does not pass.
    if (response?.code === 404 || now - troubleSince > firstSegmentTimeoutMs) return onFailure();
    setTimeout(() => {
      if (signal.aborted) return;
      if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
      else if (hls.levels.length === 0) hls.loadSource(source);
      else hls.startLoad();
    }, pauseMs);
  });
  hls.loadSource(source);
  hls.attachMedia(video);
}

/** How long the first segment may take, and the server be unreachable, in ms. */
const firstSegmentTimeoutMs = 30_000;

/** How long, in ms, between two tries. */
const pauseMs = 1000;

/** Waits until there is a playlist, as there is once the first segment is stored. */
async function untilThere(source: string, signal: AbortSignal): Promise<void> {
  const end = performance.now() + firstSegmentTimeoutMs;
  const isThere = () =>
    fetch(source, { signal }).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isThere())) {
    signal.throwIfAborted();
    if (performance.now() > end) throw new Error('There is no playlist');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Removes the source: a video that is only removed from the page goes on downloading. */
function releaseSource(video: HTMLVideoElement, position: Position): void {
  // One that has shown nothing yet is where it was to begin.
  if (video.readyState > 0) {
    position.at = video.currentTime;
    position.paused = video.paused;
  }
  video.onerror = null;
  video.onloadedmetadata = null;
  video.pause();
  video.removeAttribute('src');
  video.load();
}
