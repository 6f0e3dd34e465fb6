/** A key of the list that is shown to people; `shown` is what is written on it. */
export interface KeyLine {
  shown: readonly string[];
  does: string;
}

/** A line of the list, and what its keys do. */
export interface Binding<Action> extends KeyLine {
  /** By `KeyboardEvent.key`, letters small: the sign and not the place, which keyboards differ in. */
  actions: Record<string, Action>;
}

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

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'repeat'>;

/** The keys of a part of the page. */
export interface Keys<Action> {
  /** All of them, for people to read. */
  lines: readonly KeyLine[];
  /** The action of a key; undefined where the key is not one of these, or belongs to what has the focus. */
  actionOf: (press: Press, focus: Focus) => Action | undefined;
}

/** @param isRepeated whether an action goes on while its key is held down */
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
