/** A line drawing on a grid of 24 × 24; a `solid` one is filled. */
export interface Drawing {
  lines: string[];
  solid?: boolean;
}

export const icons = {
  microphone: {
    lines: ['M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3z', 'M5 11a7 7 0 0 0 14 0', 'M12 18v3'],
  },
  microphoneOff: {
    lines: [
      'M9 9v3a3 3 0 0 0 4.8 2.4M15 11V6a3 3 0 0 0-5.8-1',
      'M5 11a7 7 0 0 0 11 5.7M19 11a7 7 0 0 1-.6 2.8',
      'M12 18v3',
      'M3.5 3.5l17 17',
    ],
  },
  camera: {
    lines: [
      'M4.5 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2z',
      'M15.5 10.5l6-3.2v9.4l-6-3.2',
    ],
  },
  cameraOff: {
    lines: [
      'M5.5 6.5h-1a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h9a2 2 0 0 0 1.7-.9',
      'M10 6.5h3.5a2 2 0 0 1 2 2v3.5',
      'M15.5 10.5l6-3.2v9.4l-4-2.1',
      'M3.5 3.5l17 17',
    ],
  },
  reel: {
    lines: [
      'M4 5.5h16a1.5 1.5 0 0 1 1.5 1.5v10a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 17V7A1.5 1.5 0 0 1 4 5.5z',
      'M10 9.2v5.6l4.8-2.8z',
    ],
  },
  play: { lines: ['M8 5.5v13l11-6.5z'], solid: true },
  record: { lines: ['M12 5.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z'], solid: true },
  stop: {
    lines: [
      'M7.5 6h9A1.5 1.5 0 0 1 18 7.5v9a1.5 1.5 0 0 1-1.5 1.5h-9A1.5 1.5 0 0 1 6 16.5v-9A1.5 1.5 0 0 1 7.5 6z',
    ],
    solid: true,
  },
  download: { lines: ['M12 4v11', 'M7.5 11L12 15.5l4.5-4.5', 'M4.5 19.5h15'] },
  share: { lines: ['M12 14.5V3.5', 'M8 7l4-4 4 4', 'M7 11H5.5v9.5h13V11H17'] },
  people: {
    lines: [
      'M9 4.5a3.5 3.5 0 1 1 0 7a3.5 3.5 0 0 1 0-7z',
      'M2.5 19.5a6.5 6.5 0 0 1 13 0',
      'M15.5 5a3.3 3.3 0 0 1 0 6.2M17.5 14a6.5 6.5 0 0 1 4 5.5',
    ],
  },
  link: {
    lines: [
      'M10 14a4 4 0 0 0 5.7 0l3.6-3.6a4 4 0 0 0-5.7-5.7l-1.2 1.2',
      'M14 10a4 4 0 0 0-5.7 0l-3.6 3.6a4 4 0 0 0 5.7 5.7l1.2-1.2',
    ],
  },
  close: { lines: ['M6 6l12 12M18 6L6 18'] },
  check: { lines: ['M5 12.5l4.5 4.5L19 7.5'] },
  alert: { lines: ['M12 4l9 15.5H3z', 'M12 10v4', 'M12 16.8v.2'] },
  sound: { lines: ['M4 9.5v5h3.5l5 4v-13l-5 4z', 'M16 9a4.5 4.5 0 0 1 0 6', 'M18.5 6.5a8 8 0 0 1 0 11'] },
} satisfies Record<string, Drawing>;

export type IconName = keyof typeof icons;
