import type { Role } from './principal.ts';

/** The target of a call: the field of its input, or of its path, that names it. */
type Target = 'nothing' | 'library' | { room: string } | { recording: string } | { recordings: string };

/** Who may call a route or procedure, on what, at what cost. */
export interface Rule {
  who: readonly Role[];
  on: Target;
  /**
   * `free`: no request to LiveKit or S3. `cheap`: a few. `dear`: as many as there are recordings, or a
   * recorder's work.
   */
  cost: 'free' | 'cheap' | 'dear';
  /** Whether the call is audited. */
  audit?: true;
}

const everyone = ['everyone'] as const satisfies readonly Role[];
const hosts = ['admin', 'host', 'key'] as const satisfies readonly Role[];
const emptiers = ['admin', 'key'] as const satisfies readonly Role[];
const joiners = ['admin', 'member', 'host', 'guest', 'key'] as const satisfies readonly Role[];
const viewers = ['admin', 'host', 'key', 'link'] as const satisfies readonly Role[];

/** Every tRPC procedure, by its path. One without a row does not compile. */
export const procedureRules = {
  'tokens.create': { who: joiners, on: { room: 'roomName' }, cost: 'cheap' },
  'rooms.status': { who: joiners, on: { room: 'roomName' }, cost: 'cheap' },
  'recordings.start': { who: hosts, on: { room: 'roomName' }, cost: 'dear', audit: true },
  'recordings.stop': { who: hosts, on: { room: 'roomName' }, cost: 'cheap', audit: true },
  'recordings.keepRecording': { who: joiners, on: { room: 'roomName' }, cost: 'free' },
  'recordings.list': { who: hosts, on: 'library', cost: 'cheap' },
  'recordings.rooms': { who: hosts, on: 'library', cost: 'cheap' },
  'recordings.totals': { who: hosts, on: 'library', cost: 'dear' },
  'recordings.changes': { who: hosts, on: 'library', cost: 'free' },
  'recordings.get': { who: viewers, on: { recording: 'name' }, cost: 'cheap' },
  'recordings.share': { who: hosts, on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.shares': { who: hosts, on: { recording: 'name' }, cost: 'cheap' },
  'recordings.unshare': { who: hosts, on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.rename': { who: hosts, on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.setKeep': { who: hosts, on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.delete': { who: hosts, on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.trash': { who: hosts, on: 'library', cost: 'cheap' },
  'recordings.restore': { who: hosts, on: { recordings: 'names' }, cost: 'dear', audit: true },
  // Who may delete may not yet empty the trash.
  'recordings.deleteForGood': { who: emptiers, on: { recordings: 'names' }, cost: 'dear', audit: true },
  'recordings.emptyTrash': { who: emptiers, on: 'library', cost: 'dear', audit: true },
  'recordings.deleteMany': { who: hosts, on: { recordings: 'names' }, cost: 'dear', audit: true },
  'system.status': { who: everyone, on: 'nothing', cost: 'free' },
} as const satisfies Record<string, Rule>;

const page = { who: everyone, on: 'nothing', cost: 'free' } as const satisfies Rule;

/**
 * Every route, by method and path below the prefix; a GET's rule covers HEAD, `/**` covers all paths below. A
 * route without a row does not start.
 */
export const routeRules = {
  'POST /token': procedureRules['tokens.create'],
  'POST /recordings/start': procedureRules['recordings.start'],
  'POST /recordings/stop': procedureRules['recordings.stop'],
  'GET /recordings': { who: hosts, on: 'library', cost: 'dear' },
  'DELETE /recordings/*': { who: hosts, on: { recording: '*' }, cost: 'cheap', audit: true },
  'GET /recordings/*': { who: viewers, on: { recording: '*' }, cost: 'cheap' },
  'GET /recordings/zip': { who: hosts, on: { recordings: 'name' }, cost: 'dear' },
  'POST /recordings/zip': { who: hosts, on: { recordings: 'names' }, cost: 'dear' },
  'GET /posters/*': { who: viewers, on: { recording: '*' }, cost: 'cheap' },
  'GET /thumbs/*': { who: viewers, on: { recording: '*' }, cost: 'cheap' },
  'GET /live/*': { who: viewers, on: { recording: '*' }, cost: 'cheap' },
  'POST /livekit/webhook': { who: ['livekit'], on: 'nothing', cost: 'cheap' },
  'GET /healthz': page,
  'GET /readyz': { ...page, cost: 'cheap' },
  // Each procedure has a rule of its own.
  'GET /trpc/*': page,
  'POST /trpc/*': page,
  // The page's own calls are checked, not the page.
  'GET /watch/*': { ...page, cost: 'cheap' },
  'GET /embed/*': { ...page, cost: 'cheap' },
  'GET /': page,
  'GET /library': page,
  'GET /library/': page,
  'GET /room/*': page,
  'GET /recordings.html': page,
  'GET /recorder.html': page,
  'GET /icon.svg': page,
  'GET /assets/**': page,
  'GET /openapi.json': page,
  'GET /docs': page,
  'GET /docs/**': page,
  // Unknown paths, and CORS preflights.
  'GET /*': page,
  'OPTIONS /*': page,
} as const satisfies Record<string, Rule>;

/** A rule by its name, if there is one. */
export const ruleNamed = (rules: Record<string, Rule>, name: string): Rule | undefined =>
  Object.hasOwn(rules, name) ? rules[name] : undefined;
