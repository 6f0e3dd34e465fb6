/** A key in the list of keys; `shown` is its label. */
export interface KeyLine {
  shown: readonly string[];
  does: string;
}

/** A line of the list, and the actions of its keys. */
export interface Binding<Action> extends KeyLine {
  /** By `KeyboardEvent.key` in lower case: the character, since positions differ between keyboards. */
  actions: Record<string, Action>;
}

/** The element with the focus, which handles some keys itself. */
export type Focus =
  | 'nothing'
  | 'button'
  /** A slider, which handles the arrow keys. */
  | 'slider'
  /** The recording's time slider. */
  | 'timeline'
  /** A text field or a menu, which handles all keys. */
  | 'field';

const ownKeys: Record<Exclude<Focus, 'field'>, readonly string[]> = {
  nothing: [],
  button: [' ', 'Enter'],
  slider: ['ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'],
  // Left and right seek as everywhere.
  timeline: ['ArrowUp', 'ArrowDown'],
};

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>;

/** The keys of a part of the page. */
export interface Keys<Action> {
  /** The list of keys, for people. */
  lines: readonly KeyLine[];
  /** The action of a key; undefined for another key, or one that the focused element handles. */
  actionOf: (press: Press, focus: Focus) => Action | undefined;
}

/** @param isRepeated whether an action repeats while its key is held down */
export function bindKeys<Action>(
  bindings: readonly Binding<Action>[],
  isRepeated: (action: Action) => boolean = () => false,
): Keys<Action> {
  const actions = new Map(bindings.flatMap((binding) => Object.entries(binding.actions)));
  return {
    lines: bindings,
    actionOf({ key, ctrlKey, metaKey, altKey, repeat }, focus) {
      if (ctrlKey || metaKey || altKey || focus === 'field' || ownKeys[focus].includes(key)) return undefined;
      const action = actions.get(key.length === 1 ? key.toLowerCase() : key);
      return action !== undefined && repeat && !isRepeated(action) ? undefined : action;
    },
  };
}
