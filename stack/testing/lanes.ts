/**
 * What a test file needs of the stack. Those of `calls` use its LiveKit and recorder: LiveKit sends webhooks to one
 * URL, and two recordings at once are much for one recorder, so a stack has one of them at a time. All others run
 * beside them.
 */
export type Lane = 'calls' | 'beside';

/**
 * Imports of tests that join or record, or call the whole API, and of those with their own LiveKit and
 * recorder.
 */
const joins = /support\/(recording|participant|schemathesis)\.ts'|'@livekit\/rtc-node'/;
const bringsItsOwn = /from '[^']*support\/own-stack\.ts'/;

/** The lane of a test file, by its path from the root and its source. */
export const laneOf = (path: string, source: string): Lane =>
  !bringsItsOwn.test(source) && (/^(e2e|server\/test\/faults)\//.test(path) || joins.test(source))
    ? 'calls'
    : 'beside';
