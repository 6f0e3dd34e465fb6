import { m } from '../messages/messages.ts';
import { bindKeys, type Binding } from '../lib/keys.ts';

/** An action of a key. */
export type Action =
  | { do: 'play-pause' | 'full-screen' | 'mute' | 'picture-in-picture' | 'copy-link' | 'show-keys' }
  /** Relative, in s. */
  | { do: 'skip'; seconds: number }
  /** To a fraction of the length: 0 is the beginning, 1 the end. */
  | { do: 'go-to'; part: number }
  | { do: 'speed' | 'volume'; step: 1 | -1 };

const digits = Object.fromEntries(
  Array.from({ length: 10 }, (_, n) => [String(n), { do: 'go-to', part: n / 10 } as const]),
);

const bindings: readonly Binding<Action>[] = [
  {
    shown: [m.key_space, 'K'],
    does: m.keys_play,
    actions: { ' ': { do: 'play-pause' }, k: { do: 'play-pause' } },
  },
  {
    shown: ['←', '→'],
    does: m.keys_five,
    actions: { ArrowLeft: { do: 'skip', seconds: -5 }, ArrowRight: { do: 'skip', seconds: 5 } },
  },
  {
    shown: ['J', 'L'],
    does: m.keys_ten,
    actions: { j: { do: 'skip', seconds: -10 }, l: { do: 'skip', seconds: 10 } },
  },
  { shown: ['0', '…', '9'], does: m.keys_jump, actions: digits },
  {
    shown: ['Home', 'End'],
    does: m.keys_ends,
    actions: { Home: { do: 'go-to', part: 0 }, End: { do: 'go-to', part: 1 } },
  },
  {
    shown: ['<', '>'],
    does: m.keys_speed,
    actions: { '<': { do: 'speed', step: -1 }, '>': { do: 'speed', step: 1 } },
  },
  {
    shown: ['↑', '↓'],
    does: m.keys_volume,
    actions: { ArrowUp: { do: 'volume', step: 1 }, ArrowDown: { do: 'volume', step: -1 } },
  },
  { shown: ['M'], does: m.keys_mute, actions: { m: { do: 'mute' } } },
  { shown: ['F'], does: m.keys_full_screen, actions: { f: { do: 'full-screen' } } },
  { shown: ['P'], does: m.keys_picture_in_picture, actions: { p: { do: 'picture-in-picture' } } },
  { shown: ['C'], does: m.keys_copy, actions: { c: { do: 'copy-link' } } },
  { shown: ['?'], does: m.keys_show, actions: { '?': { do: 'show-keys' } } },
];

/** Actions that repeat while their key is held down. */
const repeated: readonly Action['do'][] = ['skip', 'volume', 'speed'];

/** The player's keys. */
export const playerKeys = bindKeys(bindings, (action) => repeated.includes(action.do));
