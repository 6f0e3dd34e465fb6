/** The roles that a rule may allow. */
export const roles = [
  'everyone',
  /** Runs this Reelroom. */
  'admin',
  /** Is signed in. */
  'member',
  /** Is host of the room that a call is about. */
  'host',
  /** May join the room that a call is about. */
  'guest',
  /** A program, with scopes. */
  'key',
  /** Holds a share link of the recording that a call is about. */
  'link',
  /** LiveKit itself, by its signature. */
  'livekit',
] as const;

export type Role = (typeof roles)[number];

/** Who makes a request. */
export interface Principal {
  kind: Exclude<Role, 'everyone'>;
}

/** The principal of a request: always an admin, since access is open. No request. */
export const authenticate = (): Principal => ({ kind: 'admin' });
