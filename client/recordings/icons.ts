import type { Drawing } from '../design/icons.ts';

/** What only lists of recordings show, and is loaded with it. */
export const listIcons = {
  trash: {
    lines: [
      'M4.5 6.5h15',
      'M9 6.5V4.5h6v2',
      'M6.5 6.5l.8 12a1.5 1.5 0 0 0 1.5 1.5h6.4a1.5 1.5 0 0 0 1.5-1.5l.8-12',
      'M10 10.5v5.5M14 10.5v5.5',
    ],
  },
  search: { lines: ['M11 4.5a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13z', 'M15.8 15.8l4 4'] },
  edit: {
    lines: [
      'M4.5 19.5l1-4.5L15.7 4.8a1.8 1.8 0 0 1 2.5 0l1 1a1.8 1.8 0 0 1 0 2.5L9 18.5z',
      'M13.5 7l3.5 3.5',
    ],
  },
  keep: {
    lines: [
      'M6.5 10.5h11a1.5 1.5 0 0 1 1.5 1.5v6a1.5 1.5 0 0 1-1.5 1.5h-11A1.5 1.5 0 0 1 5 18v-6a1.5 1.5 0 0 1 1.5-1.5z',
      'M8 10.5V8a4 4 0 0 1 8 0v2.5',
    ],
  },
} satisfies Record<string, Drawing>;
