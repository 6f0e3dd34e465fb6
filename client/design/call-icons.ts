import type { Drawing } from './icons.ts';

/** Icons that only a call uses, loaded with it. */
export const callIcons = {
  screen: {
    lines: [
      'M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5H4a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 4 4.5z',
      'M8.5 20.5h7',
      'M12 14V8',
      'M9.3 10.5L12 7.8l2.7 2.7',
    ],
  },
  screenOff: {
    lines: [
      'M4 4.5h16a1.5 1.5 0 0 1 1.5 1.5v9.5a1.5 1.5 0 0 1-1.5 1.5H4a1.5 1.5 0 0 1-1.5-1.5V6A1.5 1.5 0 0 1 4 4.5z',
      'M8.5 20.5h7',
      'M9.7 8.4l4.6 4.6M14.3 8.4l-4.6 4.6',
    ],
  },
  chat: {
    lines: [
      'M5 4.5h14a1.5 1.5 0 0 1 1.5 1.5v9a1.5 1.5 0 0 1-1.5 1.5H11L6.5 20v-3.5H5A1.5 1.5 0 0 1 3.5 15V6A1.5 1.5 0 0 1 5 4.5z',
      'M8 9h8M8 12.5h5',
    ],
  },
  send: { lines: ['M4 12L20 4.5L15.5 20L11.5 13.5z', 'M11.5 13.5L20 4.5'] },
  leave: {
    lines: ['M9.5 4H6a2 2 0 0 0-2 2v12a2 2 0 0 0 2 2h3.5', 'M15 16.5l4.5-4.5L15 7.5', 'M19.5 12H9.5'],
  },
  sliders: { lines: ['M4 7h9M19 7h1M4 17h1M11 17h9', 'M16 4.5v5M8 14.5v5'] },
  back: { lines: ['M14.5 5.5L8 12l6.5 6.5'] },
  forward: { lines: ['M9.5 5.5L16 12l-6.5 6.5'] },
  pin: { lines: ['M8.5 4h7', 'M9.5 4v6.5L7 14h10l-2.5-3.5V4', 'M12 14v6'] },
  unpin: { lines: ['M8.5 4h7', 'M9.5 9v1.5L7 14h7.5M14.5 4v6.5l1.5 2', 'M12 14v6', 'M4 4l16 16'] },
  signal: { lines: ['M5 19v-3M10 19v-6', 'M15 19v-9', 'M20 19V6', 'M4 4l16 16'] },
  grid: { lines: ['M4 4.5h6.5v6.5H4zM13.5 4.5H20v6.5h-6.5zM4 13.5h6.5V20H4zM13.5 13.5H20V20h-6.5z'] },
  fullScreen: { lines: ['M4 9V4.5h4.5M15.5 4.5H20V9M20 15v4.5h-4.5M8.5 19.5H4V15'] },
  expand: { lines: ['M6 15l6-6 6 6'] },
  keyboard: {
    lines: [
      'M4 6.5h16a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5z',
      'M6.5 10h.1M10 10h.1M13.9 10h.1M17.4 10h.1M8 14h8',
    ],
  },
} satisfies Record<string, Drawing>;
