import type { Attachment } from 'svelte/attachments';

/** The playback position; a new player continues from it. */
export interface Position {
  /** In s. */
  at: number;
  paused: boolean;
}

interface Playback {
  source: string;
  /** Where to begin, in s, and whether to wait for the user; updated when playback is detached. */
  position: Position;
  /** Playback failed. */
  onFailure: () => void;
}

/** An attachment that plays a file. */
export const playFile =
  ({ source, position, onFailure }: Playback): Attachment<HTMLVideoElement> =>
  (video) => {
    video.onerror = onFailure;
    video.autoplay = !position.paused;
    // A media fragment, so that nothing before it is loaded first.
    video.src = position.at > 0 ? `${source}#t=${position.at}` : source;
    return () => releaseSource(video, position);
  };

/** An attachment that plays a live recording from its HLS playlist. */
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
  // Native HLS is only for browsers without Media Source Extensions: Chromium's cannot seek while the playlist grows.
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
    // 404: the file replaced the segments. A failure that lasts is not temporary.
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

/** How long to wait for the first segment, or for an unreachable server, in ms. */
const firstSegmentTimeoutMs = 30_000;

/** The pause between two tries, in ms. */
const pauseMs = 1000;

/** Waits for the playlist, which exists once the first segment is stored. */
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

/** Removes the source: a detached video element would go on downloading. */
function releaseSource(video: HTMLVideoElement, position: Position): void {
  // A video that has shown nothing yet keeps its start position.
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
