import { abilities, defaultRoomRules, type Ability, type RoomRules } from '../../shared/rooms/room-rules.ts';
import { abilitiesOn } from '../../server/features/access/abilities.ts';
import { limits } from '../../server/features/access/limits.ts';
import { procedureRules, routeRules, type Rule } from '../../server/features/access/policy.ts';
import type { Principal } from '../../server/features/access/principal.ts';

const roomName = 'team';
const recording = 'team-RM_a-2026-01-31T101530123.mp4';
const owner = 'member:ana';

/** Those whom the document tells apart, in a room of Ana's with these rules. */
const people: { who: string; principal: Principal; rules?: RoomRules }[] = [
  { who: 'nobody', principal: { grants: [] } },
  {
    who: 'nobody, in a room for anyone',
    principal: { grants: [] },
    rules: { ...defaultRoomRules, join: 'anyone' },
  },
  { who: 'holder of a share link', principal: { grants: [{ kind: 'link', recording, scopes: ['play'] }] } },
  {
    who: 'holder of a share link with downloads',
    principal: { grants: [{ kind: 'link', recording, scopes: ['play', 'download'] }] },
  },
  { who: 'guest', principal: { grants: [{ kind: 'guest', room: roomName }] } },
  { who: 'member', principal: { id: 'member:ben', grants: [{ kind: 'member' }] } },
  {
    who: 'member, in a room for those invited',
    principal: { id: 'member:ben', grants: [{ kind: 'member' }] },
    rules: { ...defaultRoomRules, join: 'invited' },
  },
  {
    who: 'guest or member, where everyone may record',
    principal: { grants: [{ kind: 'guest', room: roomName }] },
    rules: { ...defaultRoomRules, record: 'everyone' },
  },
  { who: 'host, and owner', principal: { id: owner, grants: [{ kind: 'member' }] } },
  { who: 'admin', principal: { grants: [{ kind: 'admin' }] } },
];

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const mark = (allowed: ReadonlySet<Ability>) => abilities.map((ability) => (allowed.has(ability) ? '✓' : ''));

/** Who may do what with a room and its recordings. */
const peopleTable = (): string =>
  table(
    ['', ...abilities],
    people.map(({ who, principal, rules = defaultRoomRules }) => {
      const room = { name: roomName, owner, rules, isFree: false };
      return [who, ...mark(abilitiesOn(principal, { room, recording }))];
    }),
  );

function targetIn(on: Rule['on']): string {
  if (typeof on === 'string') return { nothing: '', server: 'everything', library: 'what one may play' }[on];
  return 'room' in on ? 'the room' : 'recording' in on ? 'the recording' : 'each of the recordings';
}

function neededIn({ needs, downloads }: Rule): string {
  const words = { nothing: 'nothing', procedure: 'as the procedure', signature: "LiveKit's signature" };
  if (needs === 'nothing' || needs === 'procedure' || needs === 'signature') return words[needs];
  return downloads ? `${needs}; download with \`?download\`` : needs;
}

function limitIn({ limit }: Rule): string {
  if (limit === undefined) return '';
  const { mostOfAddress, windowMs } = limits[limit];
  return `${mostOfAddress} in ${windowMs / 60_000} min`;
}

const rulesTable = (what: string, rules: Record<string, Rule>): string =>
  table(
    [what, 'needs', 'on', 'calls of an address'],
    Object.entries(rules).map(([name, rule]) => [
      `\`${name}\``,
      neededIn(rule),
      targetIn(rule.on),
      limitIn(rule),
    ]),
  );

/** What the code says of access, in Markdown. */
export const accessTables = (): string =>
  [peopleTable(), rulesTable('procedure', procedureRules), rulesTable('route', routeRules)].join('\n\n');
