import { m } from '../../messages/messages.ts';
import { bindKeys } from '../../lib/keys.ts';

/** An action of a key in a call. */
export type CallAction =
  | 'microphone'
  | 'talk'
  | 'camera'
  | 'screen'
  | 'people'
  | 'chat'
  | 'recordings'
  | 'full-screen'
  | 'show-keys';

/** The keys of a call, the same as in well-known products where those agree. */
export const callKeys = bindKeys<CallAction>([
  { shown: ['M'], does: m.keys_microphone, actions: { m: 'microphone' } },
  { shown: [m.key_space], does: m.keys_talk, actions: { ' ': 'talk' } },
  { shown: ['V'], does: m.keys_camera, actions: { v: 'camera' } },
  { shown: ['S'], does: m.keys_screen, actions: { s: 'screen' } },
  { shown: ['P'], does: m.room_people, actions: { p: 'people' } },
  { shown: ['C'], does: m.chat_label, actions: { c: 'chat' } },
  { shown: ['R'], does: m.common_recordings, actions: { r: 'recordings' } },
  { shown: ['F'], does: m.keys_full_screen, actions: { f: 'full-screen' } },
  { shown: ['?'], does: m.keys_show, actions: { '?': 'show-keys' } },
]);
