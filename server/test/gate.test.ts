import { abilities, defaultRoomRules, type Ability } from '@reelroom/shared';
import fc from 'fast-check';
import fastify from 'fastify';
import t from 'tap';
import { abilitiesEverywhere, abilitiesOn, hostAbilities } from '../features/access/abilities.ts';
import { createAccess } from '../features/access/access.ts';
import { gateRoutes, requireRules } from '../features/access/gate.ts';
import { procedureRules, routeRules } from '../features/access/policy.ts';
import { nobody, openAdmin, type Grant, type Principal } from '../features/access/principal.ts';
import { targetOf } from '../features/access/targets.ts';
import rest from '../http/error-handler.ts';
import { recordingChanges } from '../features/library/changes.ts';
import { createEvents } from '../features/events/events.ts';
import { appRouter } from '../router.ts';
import { build } from './support/build.ts';

const recording = 'team-RM_a-2026-01-31T101530123.mp4';

/** Access to a room `team` of Ana's, and one of nobody's, `free`. */
const accessWith = (rules = defaultRoomRules) =>
  createAccess({
    standingOf: async () => undefined,
    isOpen: false,
    rooms: {
      read: async (name, { asMaker = false } = {}) => ({
        ...{ name, rules, isFree: asMaker && name === 'free' },
        owner: name === 'team' ? 'member:ana' : undefined,
      }),
      make: async (name) => name === 'free',
      ownedBy: async (id) => new Set(id === 'member:ana' ? ['team'] : []),
    },
  });

const ana: Principal = { id: 'member:ana', grants: [{ kind: 'member' }] };
const ben: Principal = { id: 'member:ben', grants: [{ kind: 'member' }] };
const asHolder = (...grants: Grant[]): Principal => ({ grants });

t.test('every procedure has a rule, and every rule a procedure', async (t) => {
  t.same(Object.keys(procedureRules).sort(), Object.keys(appRouter._def.procedures).sort());
});

t.test('every rule of a route has a route, and a route without one does not start', async (t) => {
  const app = await build(t);
  for (const name of Object.keys(routeRules)) {
    const [method = '', path = ''] = name.split(' ');
    // Of a protected server with a provider: openid.test.ts.
    if (method === 'OPTIONS' || path.endsWith('/**') || path.startsWith('/sign-in/openid')) continue;
    t.ok(app.hasRoute({ method, url: path }), name);
  }

  for (const path of ['/new', '/assetsx/a.js', '/library/secret', '/trpc']) {
    const bare = fastify();
    requireRules(bare);
    t.throws(() => bare.get(path, async () => ''), new RegExp(`GET ${path} has no rule`));
  }
});

t.test('who is allowed what', async (t) => {
  const on = {
    room: { kind: 'room', roomName: 'team' },
    recording: { kind: 'recordings', names: [recording] },
  } as const;
  const mayDo = async (
    principal: Principal,
    about: 'room' | 'recording' = 'room',
    rules = defaultRoomRules,
  ) => {
    const access = accessWith(rules);
    const each = abilities.map(async (ability) =>
      (await access.allows(principal, ability, on[about])) ? [ability] : [],
    );
    return (await Promise.all(each)).flat();
  };
  for (const about of ['room', 'recording'] as const) {
    t.same(await mayDo(nobody, about), []);
    t.same(await mayDo(openAdmin, about), abilities);
    t.same(await mayDo(ana, about), hostAbilities, 'an owner');
    t.same(await mayDo(asHolder({ kind: 'host', room: 'team' }), about), hostAbilities);
    t.same(await mayDo(asHolder({ kind: 'host', room: 'teams' }), about), []);
    t.same(await mayDo(asHolder({ kind: 'key', scopes: ['play', 'delete'] }), about), ['play', 'delete']);
    t.same(await mayDo(asHolder({ kind: 'key', scopes: ['play'], rooms: ['team'] }), about), ['play']);
    t.same(await mayDo(asHolder({ kind: 'key', scopes: ['play'], rooms: ['tea'] }), about), []);
  }
  t.same(await mayDo(ben), ['join'], 'another member');
  t.same(await mayDo(asHolder({ kind: 'guest', room: 'team' })), ['join']);
  t.same(await mayDo(ben, 'room', { ...defaultRoomRules, join: 'invited' }), []);
  t.same(
    await mayDo(asHolder({ kind: 'guest', room: 'team' }), 'room', { ...defaultRoomRules, join: 'invited' }),
    ['join'],
  );
  t.same(await mayDo(nobody, 'room', { ...defaultRoomRules, join: 'anyone' }), ['join']);
  t.same(await mayDo(nobody, 'room', { ...defaultRoomRules, join: 'anyone', record: 'everyone' }), [
    'join',
    'record',
  ]);
  const link = asHolder({ kind: 'link', recording, scopes: ['play'] });
  t.same(await mayDo(link, 'recording'), ['play']);
  t.same(await mayDo(link), [], 'a link is of a recording, not of its room');
  t.same(
    await mayDo({ ...ben, grants: [...ben.grants, ...link.grants] }, 'recording'),
    ['join', 'play'],
    'credentials add up',
  );
});

t.test('a room that nobody has made is made by who has an account, and by nobody else', async (t) => {
  const { enter } = accessWith({ ...defaultRoomRules, join: 'anyone' });
  await enter(ben, 'free');
  await t.rejects(enter(ben, 'taken'), { code: 'FORBIDDEN' }, 'it has recordings');
  await t.rejects(enter(nobody, 'free'), { code: 'UNAUTHENTICATED' });
  await t.rejects(enter(asHolder({ kind: 'link', recording, scopes: ['play'] }), 'free'), {
    code: 'FORBIDDEN',
  });
});

const grants = fc.oneof(
  fc.record({ kind: fc.constantFrom('host' as const, 'guest' as const), room: fc.string() }),
  fc.record({
    kind: fc.constant('key' as const),
    scopes: fc.subarray([...abilities]),
    rooms: fc.array(fc.string()),
  }),
  fc.record({
    kind: fc.constant('link' as const),
    recording: fc.string(),
    scopes: fc.constant<Ability[]>(['play']),
  }),
  fc.constant<Grant>({ kind: 'member' }),
);

t.test('without a credential for a room nothing is allowed in it', async () => {
  fc.assert(
    fc.property(fc.array(grants), fc.string(), (given, name) => {
      const room = {
        name,
        owner: 'member:ana',
        rules: { ...defaultRoomRules, join: 'invited' as const },
        isFree: false,
      };
      const isFor = (grant: Grant) =>
        (grant.kind === 'host' || grant.kind === 'guest' ? grant.room === name : false) ||
        (grant.kind === 'key' && grant.rooms?.includes(name) && grant.scopes.length > 0);
      const allowed = abilitiesOn({ grants: given }, { room });
      return (given.some(isFor) || allowed.size === 0) && abilitiesEverywhere({ grants: given }).size === 0;
    }),
  );
});

t.test('what is decided about is what is acted on', async (t) => {
  const room = { room: 'roomName' };
  t.same(targetOf(room, { roomName: ' te\u0301am ' }), { kind: 'room', roomName: 't\u00e9am' });
  t.same(targetOf({ recording: '*' }, { '*': `${recording}/index.m3u8` }), {
    kind: 'recordings',
    names: [recording],
  });
  t.same(targetOf({ recordings: ['name', 'names'] }, { name: 'a.mp4', names: ['b.mp4'] }), {
    kind: 'recordings',
    names: ['a.mp4', 'b.mp4'],
  });
  for (const wrong of [
    undefined,
    null,
    7,
    'a',
    {},
    { roomName: 7 },
    { roomName: ['a'] },
    { __proto__: { roomName: 'a' } },
  ])
    t.same(targetOf(room, wrong), { kind: 'unknown' });
  for (const wrong of [{}, { names: [] }, { names: ['a.mp4', 7] }, { names: ['../a.mp4'] }])
    t.same(targetOf({ recordings: 'names' }, wrong), { kind: 'unknown' });
});

t.test('who may not is refused before the handler, and who is nobody is asked to sign in', async (t) => {
  const app = fastify();
  t.teardown(() => app.close());
  await app.register(rest);
  requireRules(app);
  let principal = asHolder({ kind: 'link', recording, scopes: ['play'] });
  gateRoutes(app, {
    authenticate: async () => principal,
    access: accessWith(),
    renew: async () => undefined,
    audit: () => undefined,
  });
  let calls = 0;
  const count = async () => ({ calls: (calls += 1) });
  app.post('/recordings/start', count);
  app.get('/recordings/*', count);
  const start = () => app.inject({ method: 'POST', url: '/recordings/start', payload: { roomName: 'team' } });
  const refused = await start();
  t.same([refused.statusCode, refused.json().code, calls], [403, 'FORBIDDEN', 0]);
  t.equal((await app.inject({ url: `/recordings/${recording}` })).statusCode, 200);
  t.equal(
    (await app.inject({ url: `/recordings/${recording}?download` })).statusCode,
    403,
    'a download is more',
  );
  t.equal((await app.inject({ url: '/recordings/other-RM_a-2026-01-31T101530123.mp4' })).statusCode, 403);
  t.equal((await app.inject({ url: '/nothing' })).statusCode, 404);
  principal = nobody;
  const unknown = await start();
  t.same([unknown.statusCode, unknown.json().code, calls], [401, 'UNAUTHENTICATED', 1]);
});

t.test('who may not know of a room hears nothing of it', async (t) => {
  const events = createEvents({ redis: undefined, scope: 'a', log: fastify().log });
  const end = new AbortController();
  t.teardown(() => end.abort());
  const mayKnow = async (roomName: string) => roomName === 'open';
  const changes = recordingChanges({ events, canSee: mayKnow, after: null, signal: end.signal });
  t.match((await changes.next()).value, { 1: { type: 'reset' } });
  const next = changes.next();
  for (const roomName of ['secret', 'open']) events.publish({ type: 'room-status', roomName, state: {} });
  t.match((await next).value, { 1: { roomName: 'open' } });
});
