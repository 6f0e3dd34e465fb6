import fc from 'fast-check';
import fastify from 'fastify';
import t from 'tap';
import { canSee, isAllowed } from '../features/access/authorise.ts';
import { gateRoutes } from '../features/access/gate.ts';
import { procedureRules, routeRules } from '../features/access/policy.ts';
import { roles, type Role } from '../features/access/principal.ts';
import rest from '../http/error-handler.ts';
import { recordingChanges } from '../features/library/changes.ts';
import { createEvents } from '../features/events/events.ts';
import { appRouter } from '../router.ts';
import { build } from './support/build.ts';

const isKind = (role: Role) => role !== 'everyone';
const kinds = roles.filter(isKind);

t.test('every procedure has a rule, and every rule a procedure', async (t) => {
  t.same(Object.keys(procedureRules).sort(), Object.keys(appRouter._def.procedures).sort());
});

t.test('every rule of a route has a route, and a route without one does not start', async (t) => {
  const app = await build(t);
  for (const name of Object.keys(routeRules)) {
    const [method = '', path = ''] = name.split(' ');
    if (method === 'OPTIONS' || path.endsWith('/**')) continue;
    t.ok(app.hasRoute({ method, url: path }), name);
  }

  for (const path of ['/new', '/assetsx/a.js', '/library/secret', '/trpc']) {
    const bare = fastify();
    gateRoutes(bare);
    t.throws(() => bare.get(path, async () => ''), new RegExp(`GET ${path} has no rule`));
  }
});

t.test('a rule lets in whom it names, and an admin; nobody without a rule', async (t) => {
  fc.assert(
    fc.property(fc.constantFrom(...kinds), fc.subarray([...roles]), (kind, who) => {
      const isNamed = who.includes(kind) || who.includes('everyone');
      if (isAllowed({ kind }, { who }) !== (kind === 'admin' || isNamed)) throw new Error();
      if (isAllowed({ kind }, undefined)) throw new Error('without a rule');
      return canSee({ kind }, 'room') === (kind === 'admin');
    }),
  );
  t.pass();
});

t.test('who may not is refused before the handler, with 403', async (t) => {
  const app = fastify();
  t.teardown(() => app.close());
  await app.register(rest);
  gateRoutes(app);
  app.addHook('onRequest', async (request) => {
    request.reelroomPrincipal = { kind: 'link' };
  });
  let calls = 0;
  const count = async () => ({ calls: (calls += 1) });
  app.post('/recordings/start', count);
  app.get('/recordings/*', count);
  const started = await app.inject({ method: 'POST', url: '/recordings/start', payload: {} });
  t.same([started.statusCode, started.json().code, calls], [403, 'FORBIDDEN', 0]);
  t.equal((await app.inject({ url: '/recordings/a.mp4' })).statusCode, 200);
  t.equal((await app.inject({ url: '/nothing' })).statusCode, 404);
});

t.test('who may not know of a room hears nothing of it', async (t) => {
  const events = createEvents({ redis: undefined, scope: 'a', log: fastify().log });
  const end = new AbortController();
  t.teardown(() => end.abort());
  const mayKnow = (roomName: string) => roomName === 'open';
  const changes = recordingChanges({ events, canSee: mayKnow, after: null, signal: end.signal });
  t.match((await changes.next()).value, { 1: { type: 'reset' } });
  const next = changes.next();
  for (const roomName of ['secret', 'open']) events.publish({ type: 'room-status', roomName, state: {} });
  t.match((await next).value, { 1: { roomName: 'open' } });
});
