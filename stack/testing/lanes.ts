/**
 * The lanes of tests that run in parallel. Those of `calls` use the stack's LiveKit and recorder: LiveKit
 * sends webhooks to one URL, and two recordings at once are too much for two cores. They mostly wait, and all
 * others run beside them, one after the other.
 */
export const lanes = ['calls', 'beside'] as const;
export type Lane = (typeof lanes)[number];

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
