import { abilitySchema, type Ability } from '@reelroom/shared';
import type { LimitName } from './limits.ts';
import type { Target } from './targets.ts';

/** The rule of a route or procedure: which ability it needs on which target, and what it costs. */
export interface Rule {
  /**
   * The ability that it needs on its target. `nothing`: everyone may call it. `procedure`: each procedure has a
   * rule of its own. `signature`: LiveKit's signature of the body, which the route checks.
   */
  needs: Ability | 'nothing' | 'procedure' | 'signature';
  on: Target;
  /** Whether `?download` needs the ability to download. */
  downloads?: true;
  /** The field of the input that takes a share link's token, which grants watching the recording. */
  share?: string;
  /**
   * `free`: no request to LiveKit or S3. `cheap`: a few. `dear`: as many as there are recordings, or a
   * recorder's work.
   */
  cost: 'free' | 'cheap' | 'dear';
  /** The limit of calls per address (limits.ts); none when absent. */
  limit?: LimitName;
  /**
   * Whether the call is audited: under the name of the procedure, or `as` another; `by` is the field of the input
   * with the caller's name.
   */
  audit?: true | { as?: string; by?: string };
}

/** Every tRPC procedure, by its path. One without a row does not compile. */
export const procedureRules = {
  'tokens.create': { needs: 'join', on: { room: 'roomName' }, cost: 'cheap', limit: 'join' },
  'rooms.status': { needs: 'join', on: { room: 'roomName' }, cost: 'cheap' },
  'rooms.get': { needs: 'nothing', on: { room: 'roomName' }, cost: 'cheap' },
  'rooms.setRules': { needs: 'manage', on: { room: 'roomName' }, cost: 'cheap', audit: true },
  'recordings.start': {
    needs: 'record',
    on: { room: 'roomName' },
    cost: 'dear',
    limit: 'start',
    audit: true,
  },
  'recordings.stop': { needs: 'record', on: { room: 'roomName' }, cost: 'cheap', audit: true },
  'recordings.keepRecording': { needs: 'join', on: { room: 'roomName' }, cost: 'free' },
  // The participant's token authenticates the answer; declining must work after a session has ended.
  'recordings.answerConsent': { needs: 'nothing', on: { room: 'roomName' }, cost: 'cheap', limit: 'join' },
  'recordings.consent': { needs: 'manage', on: { recording: 'name' }, cost: 'cheap' },
  'recordings.list': { needs: 'play', on: 'library', cost: 'cheap', limit: 'search' },
  'recordings.rooms': { needs: 'play', on: 'library', cost: 'cheap', limit: 'search' },
  'recordings.totals': { needs: 'play', on: 'server', cost: 'dear' },
  'recordings.changes': { needs: 'play', on: 'library', cost: 'free' },
  'recordings.get': { needs: 'play', on: { recording: 'name' }, share: 'share', cost: 'cheap' },
  'recordings.unlock': {
    ...{ needs: 'nothing', on: { recording: 'name' }, cost: 'dear', limit: 'guess' },
    audit: true,
  },
  'recordings.share': { needs: 'share', on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.shares': { needs: 'share', on: { recording: 'name' }, cost: 'cheap' },
  'recordings.unshare': { needs: 'share', on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.rename': { needs: 'manage', on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.setKeep': { needs: 'manage', on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.delete': { needs: 'delete', on: { recording: 'name' }, cost: 'cheap', audit: true },
  'recordings.trash': { needs: 'delete', on: 'library', cost: 'cheap' },
  'recordings.restore': { needs: 'delete', on: { recordings: 'names' }, cost: 'dear', audit: true },
  'recordings.deleteForGood': {
    needs: 'empty-trash',
    on: { recordings: 'names' },
    cost: 'dear',
    audit: true,
  },
  'recordings.emptyTrash': { needs: 'empty-trash', on: 'server', cost: 'dear', audit: true },
  'recordings.deleteMany': { needs: 'delete', on: { recordings: 'names' }, cost: 'dear', audit: true },
  'invites.create': { needs: 'moderate', on: { room: 'roomName' }, cost: 'cheap', audit: true },
  'invites.list': { needs: 'moderate', on: { room: 'roomName' }, cost: 'dear' },
  'invites.revoke': { needs: 'moderate', on: { room: 'roomName' }, cost: 'cheap', audit: true },
  'invites.accept': { needs: 'nothing', on: { room: 'roomName' }, cost: 'cheap', limit: 'guess' },
  'lobby.knock': { needs: 'knock', on: { room: 'roomName' }, cost: 'cheap', limit: 'guess' },
  'lobby.wait': { needs: 'knock', on: { room: 'roomName' }, cost: 'cheap' },
  'lobby.waiting': { needs: 'moderate', on: { room: 'roomName' }, cost: 'cheap' },
  'lobby.decide': { needs: 'moderate', on: { room: 'roomName' }, cost: 'cheap', audit: true },
  'lobby.remove': { needs: 'moderate', on: { room: 'roomName' }, cost: 'cheap', audit: true },
  'session.get': { needs: 'nothing', on: 'nothing', cost: 'free' },
  'session.signIn': {
    ...{ needs: 'nothing', on: 'nothing', cost: 'dear', limit: 'password' },
    audit: { by: 'name' },
  },
  'session.signOut': { needs: 'nothing', on: 'nothing', cost: 'cheap', audit: true },
  'audit.list': { needs: 'administer', on: 'server', cost: 'dear' },
  'keys.create': { needs: 'administer', on: 'server', cost: 'cheap', audit: true },
  'keys.list': { needs: 'administer', on: 'server', cost: 'dear' },
  'keys.revoke': { needs: 'administer', on: 'server', cost: 'cheap', audit: true },
  'system.status': { needs: 'nothing', on: 'nothing', cost: 'free' },
} as const satisfies Record<string, Rule>;

const page = { needs: 'nothing', on: 'nothing', cost: 'free' } as const satisfies Rule;

/**
 * Every route, by method and path below the prefix; a GET's rule covers HEAD, `/**` covers all paths below. A
 * route without a row does not start.
 */
export const routeRules = {
  'POST /token': procedureRules['tokens.create'],
  'POST /recordings/start': procedureRules['recordings.start'],
  'POST /recordings/stop': procedureRules['recordings.stop'],
  'GET /recordings': { needs: 'play', on: 'library', cost: 'dear', limit: 'search' },
  'DELETE /recordings/*': {
    ...{ needs: 'delete', on: { recording: '*' }, cost: 'cheap' },
    audit: { as: 'recordings.delete' },
  },
  'GET /recordings/*': { needs: 'play', on: { recording: '*' }, downloads: true, cost: 'cheap' },
  'GET /recordings/zip': {
    ...{ needs: 'download', on: { recordings: 'name' }, cost: 'dear' },
    audit: { as: 'download' },
  },
  // A form has `name`, JSON `names`.
  'POST /recordings/zip': {
    ...{ needs: 'download', on: { recordings: ['name', 'names'] }, cost: 'dear' },
    audit: { as: 'download' },
  },
  'GET /posters/*': { needs: 'play', on: { recording: '*' }, cost: 'cheap' },
  'GET /thumbs/*': { needs: 'play', on: { recording: '*' }, cost: 'cheap' },
  'GET /live/*': { needs: 'play', on: { recording: '*' }, cost: 'cheap' },
  'POST /livekit/webhook': { needs: 'signature', on: 'nothing', cost: 'cheap' },
  'GET /healthz': page,
  'GET /readyz': { ...page, cost: 'cheap' },
  'GET /trpc/*': { ...page, needs: 'procedure' },
  'POST /trpc/*': { ...page, needs: 'procedure' },
  // The page is public; its calls are checked.
  'GET /watch/*': { ...page, cost: 'cheap' },
  'GET /embed/*': { ...page, cost: 'cheap' },
  'GET /': page,
  'GET /library': page,
  'GET /library/': page,
  'GET /room/*': page,
  'GET /sign-in': page,
  'GET /audit': page,
  'GET /keys': page,
  'GET /sign-in/openid': { ...page, cost: 'cheap', limit: 'guess' },
  'GET /sign-in/openid/callback': { ...page, cost: 'cheap', limit: 'guess' },
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

/** The action's name in the audit log; undefined where the rule is not audited. */
export function auditedAs(rule: Rule): string | undefined {
  if (!rule.audit) return undefined;
  const { as } = rule.audit === true ? {} : rule.audit;
  return as ?? Object.entries<Rule>(procedureRules).find(([, each]) => each === rule)?.[0];
}

/** Whether a rule needs an ability; other rules need nothing, or are checked elsewhere. */
export const isAbility = (needs: Rule['needs']): needs is Ability => abilitySchema.safeParse(needs).success;
