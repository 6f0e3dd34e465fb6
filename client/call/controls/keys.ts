import { bindKeys } from '../../lib/keys.ts';

/** An action of a key in a call. */
export type CallAction =
  'microphone' | 'talk' | 'camera' | 'screen' | 'people' | 'recordings' | 'full-screen' | 'show-keys';

/** The keys of a call, the same as in well-known products where those agree. */
export const callKeys = bindKeys<CallAction>([
  { shown: ['M'], does: 'Microphone on or off', actions: { m: 'microphone' } },
  { shown: ['Space'], does: 'Talk while held down', actions: { ' ': 'talk' } },
  { shown: ['V'], does: 'Camera on or off', actions: { v: 'camera' } },
  { shown: ['S'], does: 'Share your screen, or stop', actions: { s: 'screen' } },
  { shown: ['P'], does: 'People', actions: { p: 'people' } },
  { shown: ['R'], does: 'Recordings', actions: { r: 'recordings' } },
  { shown: ['F'], does: 'Full screen', actions: { f: 'full-screen' } },
  { shown: ['?'], does: 'Show these keys', actions: { '?': 'show-keys' } },
]);
