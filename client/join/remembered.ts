// Storage is refused in some private windows: then nothing is remembered, and everything else works.
const get = (storage: () => Storage, key: string): string | undefined => {
  try {
    return storage().getItem(`reelroom.${key}`) ?? undefined;
  } catch {
    return undefined;
  }
};

const set = (storage: () => Storage, key: string, value: string | undefined) => {
  try {
    if (value === undefined) storage().removeItem(`reelroom.${key}`);
    else storage().setItem(`reelroom.${key}`, value);
  } catch {
    // As above.
  }
};

const local = () => localStorage;
const session = () => sessionStorage;

/** What a person chose the last time, in any tab of this browser. */
export const remembered = {
  get: (key: Key) => get(local, key),
  set: (key: Key, value: string | undefined) => set(local, key, value),
};

type Key = 'name' | 'room' | 'recording' | 'volume' | 'speed' | `${'camera' | 'microphone'}${'' | 'Id'}`;

/** The call that this tab is in, which a reload comes back to. */
export const inCall = {
  get: (key: CallKey) => get(session, `call.${key}`),
  set: (key: CallKey, value: string | undefined) => set(session, `call.${key}`, value),
};

type CallKey = 'room' | 'camera' | 'microphone' | 'autoRecord';
