// Storage is unavailable in some private windows and in frames of other sites: values are then kept in the page's
// memory.
function createStore(storage: () => Storage) {
  const unsaved = new Map<string, string | undefined>();
  return {
    get(key: string): string | undefined {
      if (unsaved.has(key)) return unsaved.get(key);
      try {
        return storage().getItem(`reelroom.${key}`) ?? undefined;
      } catch {
        return undefined;
      }
    },
    set(key: string, value: string | undefined): void {
      try {
        if (value === undefined) storage().removeItem(`reelroom.${key}`);
        else storage().setItem(`reelroom.${key}`, value);
        unsaved.delete(key);
      } catch {
        unsaved.set(key, value);
      }
    },
  };
}

/** A store of these keys. */
interface Store<Key extends string> {
  get: (key: Key) => string | undefined;
  set: (key: Key, value: string | undefined) => void;
}

/** The user's last choices, for all tabs of this browser; also the participant's identity in a call. */
export const remembered: Store<
  | 'name'
  | 'room'
  | 'recording'
  | 'volume'
  | 'speed'
  | 'layout'
  | 'hideSelf'
  | `${'camera' | 'microphone'}${'' | 'Id'}`
  | 'speakerId'
  | `place.${PlaceKey}`
> = createStore(() => localStorage);

/** The call that this tab is in. */
export const activeCall: Store<
  | 'call.room'
  | 'call.camera'
  | 'call.microphone'
  | 'call.autoRecord'
  | 'call.at'
  | 'call.closed'
  | 'invite.room'
  | 'invite.token'
  | 'call.consent'
  | 'chat'
  | 'chat.room'
  | 'call.agreed'
  | `place.${PlaceKey}`
> = createStore(() => sessionStorage);

export type PlaceKey = 'room' | 'name' | 'identity' | 'token';
