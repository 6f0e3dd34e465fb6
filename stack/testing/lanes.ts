/**
 * Which test files run at the same time. Those of `calls` use the stack's LiveKit and recorder: LiveKit
 * tells one address what happens, and two recordings at once are too much for two cores. They mostly
 * wait, and all others run beside them, one after the other.
 */
export const lanes = ['calls', 'beside'] as const;
export type Lane = (typeof lanes)[number];

/** What a test imports that joins or records, or calls whatever there is, and what it imports to bring LiveKit and recorder itself. */
const joins = /support\/(recording|participant|schemathesis)\.ts'|'@livekit\/rtc-node'/;
const bringsItsOwn = /from '[^']*support\/own-stack\.ts'/;

/** The lane of a test file, by its path from the root and what it says. */
export const laneOf = (path: string, source: string): Lane =>
  !bringsItsOwn.test(source) && (/^(e2e|server\/test\/faults)\//.test(path) || joins.test(source))
    ? 'calls'
    : 'beside';
