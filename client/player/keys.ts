import { m } from '../messages/messages.ts';

/** An action of a key. */
export type Action =
  | { do: 'play-pause' | 'full-screen' | 'mute' | 'picture-in-picture' | 'copy-link' | 'show-keys' }
  /** By so many seconds. */
  | { do: 'skip'; seconds: number }
  /** To this part of the whole: 0 is its beginning, 1 its end. */
  | { do: 'go-to'; part: number }
  | { do: 'speed' | 'volume'; step: 1 | -1 };

/** A key of the list that is shown to people; `shown` is what is written on it. */
export interface KeyLine {
  shown: readonly string[];
  does: string;
}

interface Binding extends KeyLine {
  /** By `KeyboardEvent.key`, letters small: the sign and not the place, which keyboards differ in. */
  actions: Record<string, Action>;
}

const digits = Object.fromEntries(
  Array.from({ length: 10 }, (_, n) => [String(n), { do: 'go-to', part: n / 10 } as const]),
);

const bindings: readonly Binding[] = [
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

/** All keys, for people to read. */
export const keyLines: readonly KeyLine[] = bindings;

const actions = new Map(bindings.flatMap((binding) => Object.entries(binding.actions)));

/** What has the focus: some of the keys are its own. */
export type Focus =
  | 'nothing'
  | 'button'
  /** A slider, whose arrows move it. */
  | 'slider'
  /** The slider that is the recording's time. */
  | 'timeline'
  /** A field that is typed into, or a menu: all keys are its own. */
  | 'field';

const ownKeys: Record<Exclude<Focus, 'field'>, readonly string[]> = {
  nothing: [],
  button: [' ', 'Enter'],
  slider: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'],
  // To the sides it goes as it does everywhere.
  timeline: ['ArrowUp', 'ArrowDown'],
};

/** Held down they go on: all others do their thing once. */
const repeated: readonly Action['do'][] = ['skip', 'volume', 'speed'];

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>;

/** The action of a key; undefined where the key is not the player's. */
export function actionOf({ key, ctrlKey, metaKey, altKey, repeat }: Press, focus: Focus): Action | undefined {
  if (ctrlKey || metaKey || altKey || focus === 'field' || ownKeys[focus].includes(key)) return undefined;
  const action = actions.get(key.length === 1 ? key.toLowerCase() : key);
  return action && repeat && !repeated.includes(action.do) ? undefined : action;
}
