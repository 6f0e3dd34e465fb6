import { setTimeout as sleep } from 'node:timers/promises';
import type { Recording, RoomState } from '@reelroom/shared';
import { initTRPC } from '@trpc/server';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import fastify from 'fastify';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { createEvents, type Events } from '../features/events/events.ts';
import { recordingChanges } from '../features/library/changes.ts';
import { watchStatus } from '../features/rooms/watch-status.ts';
import type { Redis } from '../adapters/redis/client.ts';
import { gather } from './support/gather.ts';
import { recordedLog, silentLog } from './support/log.ts';
import { redisClient, startRedis } from './support/redis.ts';
import { until } from './support/until.ts';

const recording = (id: string | number): Recording => ({
  id: String(id),
  name: `Équipe "A" 🎥-RM_1-${id}.mp4`,
  roomName: 'Équipe "A" 🎥',
  roomId: 'RM_1',
  startedAt: 1,
  size: 0,
  status: 'ready',
});
const ready = (id: string | number) => ({ type: 'recording-ready', recording: recording(id) }) as const;
const state: RoomState = { recording: { id: 'EG_1', name: 'a-RM_1-1.mp4', status: 'recording' } };

function eventsOf(t: Test, redis: Redis | undefined, log = silentLog): Events {
  const events = createEvents({ redis, scope: 'test', log });
  t.teardown(() => events.close());
  return events;
}

/** What a subscriber has heard so far: `reset` or ids of recordings, and the id to resume behind each. */
function listen(t: Test, events: Events, after?: string) {
  const ending = new AbortController();
  t.teardown(() => ending.abort());
  const entries = gather(events.subscribe({ after, signal: ending.signal }));
  const heard = () => entries.map(({ event }) => ('recording' in event ? event.recording.id : event.type));
  return {
    heard,
    lastId: () => entries.at(-1)?.id ?? '',
    /** Waits until exactly this was heard. */
    hears: (...wanted: string[]) =>
      until(`${wanted.join()}; heard ${heard().join()}`, async () => heard().join() === wanted.join()),
    end: () => ending.abort(),
  };
}

t.test('in one process: reset first, then all events, and resumed without a gap', async (t) => {
  const events = eventsOf(t, undefined);
  const page = listen(t, events);
  await page.hears('reset');
  const beforeAny = page.lastId();
  events.publish(ready(1));
  events.publish(ready(2));
  await page.hears('reset', '1', '2');
  page.end();
  events.publish(ready(3));

  await listen(t, events, page.lastId()).hears('3');
  await listen(t, events, beforeAny).hears('1', '2', '3');
  await listen(t, events, 'of another process').hears('reset');
});

async function idOfLast(t: Test, events: Events): Promise<string> {
  const page = listen(t, events);
  await page.hears('reset');
  page.end();
  return page.lastId();
}

t.test('who is more than 1,000 behind, coming back or slow, loads anew', async (t) => {
  const events = eventsOf(t, undefined);
  const start = await idOfLast(t, events);
  const ending = new AbortController();
  const slow = events.subscribe({ signal: ending.signal });
  await slow.next();

  for (let id = 1; id <= 1_000; id += 1) events.publish(ready(id));
  const within = listen(t, events, start);
  await until('1,000 events', async () => within.heard().length === 1_000);
  t.match((await slow.next()).value, { event: ready(1) });

  events.publish(ready(1_001));
  events.publish(ready(1_002));
  await listen(t, events, start).hears('reset');
  t.match((await slow.next()).value, { event: { type: 'reset' } });
  events.publish(ready(1_003));
  t.match((await slow.next()).value, { event: ready(1_003) });
  ending.abort();
  t.match(await slow.next(), { done: true });
});

t.test('two processes hear the same, in one order, and resume from each other', async (t) => {
  const { url } = await startRedis(t);
  const client = await redisClient(t, url);
  const [one, other] = [eventsOf(t, client), eventsOf(t, await redisClient(t, url))];
  const [onOne, onOther] = [listen(t, one), listen(t, other)];
  // A process hears only its own events until it follows the stream.
  await until('both to be told of all', async () => {
    one.publish(ready('a'));
    other.publish(ready('b'));
    await sleep(20);
    const ends = [onOne, onOther].map((page) => page.heard().slice(-2).join());
    return ends[0] === ends[1] && onOne.lastId() === onOther.lastId();
  });
  for (let id = 0; id < 50; id += 1) (id % 2 ? one : other).publish(ready(id));
  await until('50 events on both', async () =>
    [onOne, onOther].every(
      (page) =>
        page.heard().length > 50 &&
        page.lastId() === onOne.lastId() &&
        page
          .heard()
          .slice(-50)
          .every((id) => /^\d+$/.test(id)),
    ),
  );
  t.same(onOne.heard().slice(-50), onOther.heard().slice(-50));

  onOne.end();
  one.publish(ready('later'));
  await until('it', async () => onOther.heard().at(-1) === 'later');
  await listen(t, other, onOne.lastId()).hears('later');

  const third = eventsOf(t, await redisClient(t, url));
  await until('a process started later to know it too', async () => {
    const page = listen(t, third, onOne.lastId());
    await until('anything', async () => page.heard().length > 0);
    return page.heard().join() === 'later';
  });
  t.ok((await client.xLen('reelroom:events:test')) < 1_200);
});

t.test('Redis away from the start, coming, going with all it had, hanging: no gap is hidden', async (t) => {
  const server = await startRedis(t);
  const [redis, another] = [await redisClient(t, server.url), await redisClient(t, server.url)];
  await server.stop();
  const { log, lines } = recordedLog();
  const [one, other] = [eventsOf(t, redis, log), eventsOf(t, another)];
  const [onOne, onOther] = [listen(t, one), listen(t, other)];
  one.publish(ready('alone'));
  await onOne.hears('reset', 'alone');
  t.same(onOther.heard(), ['reset']);

  const shares = () =>
    until('what one publishes to reach the other', async () => {
      const id = String(Math.random());
      one.publish(ready(id));
      return until('it', async () => onOther.heard().includes(id), 1_000).catch(() => false);
    });

  await server.start();
  await shares();
  t.ok(
    onOther.heard().filter((type) => type === 'reset').length >= 2,
    'the other is told that it missed some',
  );

  for (const [how, leave, comeBack] of [
    ['stopped', server.stop, server.start],
    ['hanging', server.hang, server.goOn],
  ] as const) {
    lines.length = 0;
    await leave();
    const known = onOther.heard().length;
    one.publish(ready(how));
    await until(`${how}: those here still hear it`, async () => onOne.heard().at(-1) === how, 1_500);
    await comeBack();
    await until(`${how}: the other is told that it missed some, or hears of it`, async () =>
      onOther
        .heard()
        .slice(known)
        .some((type) => type === 'reset'),
    );
    await shares();
    t.ok(lines.length <= 2, `only changes are logged: ${lines.join()}`);
  }
});

t.test(
  'after any break with Redis everyone loads anew: what others said meanwhile is not known',
  async (t) => {
    const server = await startRedis(t);
    const redis = await redisClient(t, server.url);
    const events = eventsOf(t, redis);
    const page = listen(t, events);
    const follows = (id: string) =>
      until('it to follow the stream', async () => {
        events.publish(ready(id));
        return (await redis.xLen('reelroom:events:test').catch(() => 0)) > 0;
      });
    await follows('before');
    await until('the event', async () => page.heard().includes('before'));
    const resets = () => page.heard().filter((type) => type === 'reset').length;
    const known = resets();
    await server.stop();
    await server.start();
    await until('a reset, though nothing was published', async () => resets() > known);
  },
);

t.test('a stranger in the stream is passed over', async (t) => {
  const { url } = await startRedis(t);
  const client = await redisClient(t, url);
  const events = eventsOf(t, client);
  const page = listen(t, events);
  await until('it to follow the stream', async () => {
    events.publish(ready('first'));
    return (await client.xLen('reelroom:events:test')) > 0;
  });
  await client.xAdd('reelroom:events:test', '*', { message: '{' });
  await client.xAdd('reelroom:events:test', '*', { message: '{"type":"of-a-newer-version"}' });
  await client.xAdd('reelroom:events:test', '*', { other: '1' });
  await client.xAdd('reelroom:events:test', '*', { message: JSON.stringify(ready('ours')) });
  await until('the one that is ours', async () => page.heard().at(-1) === 'ours');
  t.ok(page.heard().every((type) => ['reset', 'first', 'ours'].includes(type)));
});

t.test('the status of a room: as it is, then each change, and read again after a gap', async (t) => {
  const events = eventsOf(t, undefined);
  const ending = new AbortController();
  const shown = new Map<string, RoomState>();
  const seen = gather(
    watchStatus({
      events,
      assertMayKnow: async () => undefined,
      read: async (name) => shown.get(name) ?? {},
      roomName: 'a',
      signal: ending.signal,
    }),
  );
  await until('that there is none', async () => seen.length === 1);
  events.publish({ type: 'room-status', roomName: 'b', state });
  events.publish({ type: 'room-status', roomName: 'a', state });
  events.publish(ready(1));
  events.publish({ type: 'room-status', roomName: 'a', state: { autoRecord: true } });
  await until('both changes', async () => seen.length === 3);
  shown.set('a', state);
  for (let id = 0; id <= 1_001; id += 1) events.publish(ready(id));
  await until('it to be read again', async () => seen.length === 4);
  t.same(seen, [{}, state, { autoRecord: true }, state]);
  ending.abort();
});

/** The two subscriptions over HTTP, as the app serves them. */
async function serveEvents(t: Test, events: Events) {
  const { router, procedure } = initTRPC.create({
    sse: { ping: { enabled: true, intervalMs: 100 }, client: { reconnectAfterInactivityMs: 5_000 } },
  });
  const appRouter = router({
    changes: procedure
      .input(z.object({ lastEventId: z.string().nullish() }).optional())
      .subscription(({ input, signal = AbortSignal.abort() }) =>
        recordingChanges({ events, canSee: async () => true, after: input?.lastEventId, signal }),
      ),
  });
  const app = fastify({ forceCloseConnections: true });
  t.teardown(() => app.close());
  await app.register(fastifyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router: appRouter } });
  return app.listen({ port: 0, host: '127.0.0.1' });
}

/** The text of an event stream so far. */
async function openStream(t: Test, url: string, lastEventId?: string) {
  const ending = new AbortController();
  t.teardown(() => ending.abort());
  const response = await fetch(`${url}/trpc/changes`, {
    headers: { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
    signal: ending.signal,
  });
  let text = '';
  const read = async () => {
    for await (const chunk of response.body ?? []) text += Buffer.from(chunk).toString();
  };
  read().catch(() => undefined);
  return { text: () => text, end: () => ending.abort() };
}

t.test('over HTTP a library resumes where its connection broke', async (t) => {
  const events = eventsOf(t, undefined);
  const url = await serveEvents(t, events);
  const first = await openStream(t, url);
  await until('the first message', async () => first.text().includes('{"type":"reset"}'));
  events.publish(ready('one'));
  events.publish({ type: 'room-status', roomName: 'a', state });
  await until('the change', async () => first.text().includes('"id":"one"'));
  await until('the status of a recording under way', async () => first.text().includes('room-status'));
  await until('a ping', async () => first.text().includes('event: ping'));
  const lastEventId = [...first.text().matchAll(/^id: (.+)$/gm)].at(-1)?.[1];
  first.end();

  events.publish(ready('two'));
  const second = await openStream(t, url, lastEventId);
  await until('what it missed', async () => second.text().includes('"id":"two"'));
  t.notMatch(second.text(), /"id":"one"|reset/);
});
