import { startInputSchema, type StartOptions } from '@reelroom/shared';
import { EgressStatus } from 'livekit-server-sdk';
import t from 'tap';
import { failure } from './support/failure.ts';
import { fakeEgress, fakeLife, leapingClock, settled } from './support/fake-livekit.ts';
import { shiftClock } from './support/clock.ts';

const { EGRESS_STARTING, EGRESS_ACTIVE, EGRESS_ENDING, EGRESS_COMPLETE } = EgressStatus;
const minute = 60_000;
const start = (roomName: string) => startInputSchema.parse({ roomName });

t.test('a recorder that is lost while it starts frees its room, and holds up no other', async (t) => {
  const { leap } = leapingClock(t);
  const { lifecycle, add, lost, absent, round, shownIn, count } = fakeLife({ maxMs: 10 * minute });
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_STARTING });
  add({ id: 'EG_b', roomName: 'b', status: EGRESS_ACTIVE });
  lost.add('EG_a').add('EG_b');
  absent.add('EG_b');
  await round();
  t.match(await failure(lifecycle.start(start('a'))), { code: 'RECORDING_ALREADY_STARTED' });

  for (let rounds = 0; rounds < 3; rounds += 1) {
    leap(5_100);
    await round();
  }
  t.match(shownIn('b'), { status: 'ready', endedBy: 'recovered' }, "another room's lost recorder is found");
  t.match(shownIn('a'), { status: 'starting' });

  for (let rounds = 0; rounds < 4; rounds += 1) {
    leap(5_100);
    await round();
  }
  t.equal(count('stop EG_a'), 2, 'asked twice');
  t.not(shownIn('a')?.status, 'starting');
  t.notOk(lifecycle.isLive('a'));
  await t.resolves(lifecycle.start(start('a')), 'the room is free');
});

t.test('Stop, when the recorder does not answer: an error, and the end is pursued', async (t) => {
  const { leap } = leapingClock(t);
  const { lifecycle, add, egresses, lost, round, shownIn } = fakeLife();
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_ACTIVE });
  lost.add('EG_a');
  await round();
  t.match(await failure(lifecycle.stop('a')), { code: 'RECORDER_NOT_RESPONDING' });
  t.match(shownIn('a'), { status: 'recording' }, 'as long as it records, the room says so');
  t.match(await lifecycle.underWay(), [{ status: 'recording', endedBy: undefined }]);
  lost.clear();
  leap(1_000);
  await round();
  t.equal(egresses.get('EG_a')?.status, EGRESS_ENDING);
  await round();
  t.match(shownIn('a'), { status: 'stopping', endedBy: 'stop' });
});

t.test('a recorder that is in its room and does not hear that it is to end has to leave', async (t) => {
  const { leap } = leapingClock(t);
  const { lifecycle, add, lost, round, shownIn, count } = fakeLife();
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_ACTIVE });
  lost.add('EG_a');
  await round();
  t.match(await failure(lifecycle.stop('a')), { code: 'RECORDER_NOT_RESPONDING' });
  for (let rounds = 0; rounds < 4; rounds += 1) {
    leap(5_100);
    await round();
  }
  t.equal(count('remove EG_a'), 1);
  t.match(shownIn('a'), { status: 'ready' }, 'and what it has stored is seen to');
});

t.test('while it starts: two stops without an answer, and the room is free', async (t) => {
  leapingClock(t);
  const { lifecycle, add, egresses, lost, round, shownIn } = fakeLife();
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_STARTING });
  lost.add('EG_a');
  await round();
  t.match(await failure(lifecycle.stop('a')), { code: 'RECORDER_NOT_RESPONDING' });
  await round();
  t.not(shownIn('a')?.status, 'starting');
  t.match(await failure(lifecycle.stop('a')), { code: 'RECORDING_NOT_STARTED' });

  // It had only been slow.
  lost.clear();
  const egress = egresses.get('EG_a');
  if (egress) {
    egress.status = EGRESS_ACTIVE;
    await lifecycle.receiveWebhook(egress);
  }
  t.match(shownIn('a'), { status: 'recording' });
  await lifecycle.checkTransitions();
  await settled();
  t.equal(egress?.status, EGRESS_ENDING, 'one that begins after all is stopped');
});

t.test('a recorder that was taken for lost is stopped when it comes back, and seen until then', async (t) => {
  const { leap } = leapingClock(t);
  const { lifecycle, add, egresses, lost, absent, round, shownIn, changes, count } = fakeLife();
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_ACTIVE });
  lost.add('EG_a');
  absent.add('EG_a');
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await round();
    leap(5_100);
  }
  t.match(shownIn('a'), { status: 'ready' });
  t.match(await failure(lifecycle.stop('a')), { code: 'RECORDING_NOT_STARTED' });

  const looks = count('look EG_a');
  for (let rounds = 0; rounds < 20; rounds += 1) {
    leap(5_100);
    await round();
  }
  t.equal(count('look EG_a'), looks, 'LiveKit says that nobody records there');

  absent.clear();
  leap(5_100);
  await round();
  t.match(shownIn('a'), { status: 'recording' });
  t.match(await lifecycle.underWay(), [{ name: egresses.get('EG_a')?.fileResults[0]?.filename.slice(11) }]);
  const asked = count('stop EG_a');
  leap(1_000);
  await round();
  t.ok(count('stop EG_a') > asked, 'it is asked again and again');
  t.match(await failure(lifecycle.start(start('a'))), { code: 'RECORDING_ALREADY_STARTED' });

  lost.clear();
  t.match(await lifecycle.stop('a'), { status: 'stopping' });
  const egress = egresses.get('EG_a');
  if (egress) egress.status = EGRESS_COMPLETE;
  await round();
  t.match(shownIn('a'), { status: 'ready' });
  t.same(changes, ['started a', 'ready a', 'ready a']);
});

t.test('a recorder comes back while its remains are put together', async (t) => {
  const { leap } = leapingClock(t);
  let finished = (): void => undefined;
  const remains = new Promise<void>((resolve) => (finished = resolve));
  let finishes = 0;
  const { add, egresses, lost, absent, round, shownIn, changes } = fakeLife({
    async finalise(recording) {
      if (++finishes === 1) await remains;
      return { ...recording, status: 'ready' };
    },
  });
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_ACTIVE });
  lost.add('EG_a');
  absent.add('EG_a');
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await round();
    leap(5_100);
  }
  t.match(shownIn('a'), { status: 'stopping' });
  absent.clear();
  leap(60_000);
  await round();
  t.match(shownIn('a'), { status: 'recording' });
  finished();
  await settled();
  t.match(shownIn('a'), { status: 'recording' }, 'what was made of its remains is not its end');
  const egress = egresses.get('EG_a');
  if (egress) egress.status = EGRESS_COMPLETE;
  await round();
  t.match(shownIn('a'), { status: 'ready' });
  t.same(changes, ['started a', 'ready a']);
});

t.test('a process whose clock is off ends nothing before its time', async (t) => {
  const { leap } = leapingClock(t);
  shiftClock(t, 5 * minute);
  const now = Date.now() - 5 * minute;
  const { add, round, calls } = fakeLife({ maxMs: 4 * minute });
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_STARTING, askedAt: now });
  add({ id: 'EG_b', roomName: 'b', status: EGRESS_ACTIVE, askedAt: now - 12_000, since: now - 10_000 });
  await round();
  leap(3.9 * minute);
  await round();
  t.notOk(calls.includes('stop EG_b'));
  leap(0.2 * minute);
  await round();
  t.ok(calls.includes('stop EG_b'), 'but in time');
});

t.test('one that takes over learns from LiveKit how long a recording is', async (t) => {
  const { leap } = leapingClock(t);
  const life = fakeLife();
  life.add({ id: 'EG_b', roomName: 'b', status: EGRESS_ACTIVE });
  const { egresses } = life;
  const other = fakeLife({
    maxMs: 4 * minute,
    livekit: { ...life.livekit, presentFor: async () => 3 * minute },
  });
  await other.round();
  leap(1.1 * minute);
  await other.round();
  t.equal(egresses.get('EG_b')?.status, EGRESS_ENDING);
});

t.test('the clock is set back: the live list goes on', async (t) => {
  const { leap } = leapingClock(t);
  const { lifecycle, add, egresses, round } = fakeLife();
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_ACTIVE });
  t.equal((await lifecycle.underWay()).length, 1);
  shiftClock(t, -60 * minute);
  egresses.clear();
  leap(600);
  t.equal((await lifecycle.underWay()).length, 0);
  await round();
});

t.test("others' egresses are theirs", async (t) => {
  const { leap } = leapingClock(t);
  const { lifecycle, add, egresses, round, calls, shown, changes } = fakeLife();
  const foreign = [
    { id: 'EG_1', file: 'recordings/podcast.ogg' },
    { id: 'EG_2', file: 'recordings/stand-up.mp4' },
    { id: 'EG_3', kind: 'participant', bucket: 'theirs' },
    { id: 'EG_4', kind: 'participant' },
    { id: 'EG_5', kind: 'trackComposite' },
    { id: 'EG_6', kind: 'web' },
    { id: 'EG_7', bucket: 'theirs' },
  ] as const;
  for (const one of foreign) add({ roomName: 'b', status: EGRESS_ACTIVE, ...one });
  add({ id: 'EG_b', roomName: 'c', status: EGRESS_ACTIVE });
  await round();
  t.match(await lifecycle.underWay(), [{ roomName: 'c' }], 'ours are listed');
  t.match(await failure(lifecycle.stop('b')), { code: 'RECORDING_NOT_STARTED' });
  await t.resolves(
    lifecycle.receiveWebhook(
      egresses.get('EG_1') ?? fakeEgress({ ...foreign[0], roomName: 'b', status: EGRESS_ACTIVE }),
    ),
  );
  leap(5_100);
  await round();
  for (const egress of egresses.values()) egress.status = EGRESS_COMPLETE;
  await lifecycle.catchUp();
  await round();
  t.notOk(calls.some((call) => /^stop EG_\d/.test(call)));
  t.notOk(shown.some(({ roomName }) => roomName === 'b'));
  t.same(changes, ['started c', 'ready c']);
});

t.test('one recording that cannot be finished holds up no other', async (t) => {
  leapingClock(t);
  const { lifecycle, add, changes } = fakeLife({
    async finalise(recording) {
      if (recording.roomName === 'a') throw new Error('a full disk');
      return { ...recording, status: 'ready' };
    },
  });
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_COMPLETE });
  add({ id: 'EG_b', roomName: 'b', status: EGRESS_COMPLETE });
  t.match(await failure(lifecycle.catchUp()), { message: 'a full disk' });
  t.same(changes, ['ready b']);
});

t.test('no more at once than there may be, also when they start in the same moment', async (t) => {
  const { lifecycle } = fakeLife({ maxConcurrent: 2 });
  const starts = await Promise.allSettled(['a', 'b', 'c', 'd'].map((room) => lifecycle.start(start(room))));
  t.same(
    starts.map((one) => (one.status === 'rejected' ? one.reason.code : 'started')),
    ['started', 'started', 'TOO_MANY_RECORDINGS', 'TOO_MANY_RECORDINGS'],
  );
});

t.test('one in 1080p counts as two, and one alone is always made', async (t) => {
  const isStarted = (one: PromiseSettledResult<unknown>) => one.status === 'fulfilled';
  const startAll = async (maxConcurrent: number, qualities: StartOptions['quality'][]) => {
    const { lifecycle } = fakeLife({ maxConcurrent });
    const rooms = qualities.map((quality, index) => ({ ...start(`room ${index}`), quality }));
    return (await Promise.allSettled(rooms.map((room) => lifecycle.start(room)))).map(isStarted);
  };
  t.same(await startAll(2, ['1080p', '720p']), [true, false]);
  t.same(await startAll(2, ['720p', '1080p', '480p']), [true, false, true]);
  t.same(await startAll(3, ['1080p', '720p', '480p']), [true, true, false]);
  t.same(await startAll(1, ['1080p', '480p']), [true, false]);
});

t.test('alone in a recorded room: asked, and ended without an answer', async (t) => {
  const { leap } = leapingClock(t);
  const { lifecycle, add, egresses, people, round, shownIn } = fakeLife({ aloneMs: 10 * minute });
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_ACTIVE });
  const isAsked = () => shownIn('a')?.aloneUntil !== undefined;
  const after = async (ms: number) => {
    leap(ms);
    await round();
  };
  await round();
  await after(20 * minute);
  t.notOk(isAsked(), 'two people are there');
  people.set('a', 1);
  await after(0);
  await after(9.9 * minute);
  t.notOk(isAsked());
  await after(0.2 * minute);
  t.ok(isAsked());
  people.set('a', 2);
  await after(0);
  t.notOk(isAsked(), 'somebody has come');

  people.set('a', 1);
  await after(0);
  await after(10 * minute);
  t.ok(isAsked());
  t.match(await lifecycle.keepRecording('a'), { status: 'recording' });
  t.notOk(isAsked());
  await after(0);
  await after(9 * minute);
  t.notOk(isAsked());
  await after(1.1 * minute);
  t.ok(isAsked(), 'anew after some time');

  await after(minute);
  await after(0);
  t.equal(egresses.get('EG_a')?.status, EGRESS_ENDING);
  t.match(shownIn('a'), { status: 'stopping', endedBy: 'alone' });
  t.match(await failure(lifecycle.keepRecording('b')), { code: 'RECORDING_NOT_STARTED' });
});

t.test('alone, and two processes: one asks, the other hears the answer', async (t) => {
  const { leap } = leapingClock(t);
  const one = fakeLife({ aloneMs: 10 * minute });
  one.add({ id: 'EG_a', roomName: 'a', status: EGRESS_ACTIVE });
  one.people.set('a', 1);
  const other = fakeLife({ aloneMs: 10 * minute, livekit: one.livekit, roomStatus: one.roomStatus });
  const round = async () => {
    await one.round();
    await other.lifecycle.reconcile(one.rooms());
    await settled();
  };
  await round();
  await round();
  leap(10.1 * minute);
  await round();
  await round();
  t.equal(one.shown.filter(({ aloneUntil }) => aloneUntil !== undefined).length, 1, 'asked once');
  await other.lifecycle.keepRecording('a');
  await round();
  leap(2 * minute);
  await round();
  t.equal(one.egresses.get('EG_a')?.status, EGRESS_ACTIVE);
  t.equal(one.shownIn('a')?.aloneUntil, undefined);
});

t.test('the end of the process gives up what it sees through, and tells nobody of it', async (t) => {
  leapingClock(t);
  const ending = new AbortController();
  const { lifecycle, add, egresses, round, shownIn, changes } = fakeLife({
    signal: ending.signal,
    finalise: (_recording, signal) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
  });
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_ACTIVE });
  await round();
  const egress = egresses.get('EG_a');
  if (egress) egress.status = EGRESS_COMPLETE;
  await round();
  t.match(shownIn('a'), { status: 'stopping', error: undefined });
  ending.abort();
  await lifecycle.settled();
  t.match(shownIn('a'), { status: 'stopping', error: undefined }, 'the next process finishes it');
  t.same(changes, ['started a']);
});

t.test('LiveKit is asked closely only about what no webhook tells of', async (t) => {
  leapingClock(t);
  const { lifecycle, add, egresses, round, count, shownIn } = fakeLife();
  add({ id: 'EG_a', roomName: 'a', status: EGRESS_STARTING });
  await round();
  await lifecycle.receiveWebhook(fakeEgress({ id: 'EG_a', roomName: 'a', status: EGRESS_STARTING }));
  const egress = egresses.get('EG_a');
  if (egress) egress.status = EGRESS_ACTIVE;
  const look = async () => {
    await lifecycle.checkTransitions();
    await settled();
  };
  await look();
  t.match(shownIn('a'), { status: 'recording' }, 'within a second, without a webhook');
  await look();
  t.equal(count('find EG_a'), 2);
  if (egress) await lifecycle.receiveWebhook(egress);
  await look();
  t.equal(count('find EG_a'), 2, 'what goes on is told by webhooks');
});
