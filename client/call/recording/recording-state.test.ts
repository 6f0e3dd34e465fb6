import type { RoomStatus, SystemStatus } from '@reelroom/shared';
import t from 'tap';
import {
  alertView,
  latestStatus,
  type Pending,
  recordButtonView,
  whyNoRecording,
} from './recording-state.ts';

const room = (id: string, status: RoomStatus['status']): RoomStatus => ({ id, name: `${id}.mp4`, status });

t.test('the recording button through a recording’s life', async (t) => {
  const label = (status: RoomStatus['status'] | undefined, pending: Pending) =>
    recordButtonView(status && room('a', status), pending).label;
  t.equal(label(undefined, undefined), 'Record');
  t.equal(label(undefined, 'start'), 'Starting…', 'at once, before the server answers');
  t.equal(label('starting', undefined), 'Starting…');
  t.equal(label('recording', undefined), 'Stop recording');
  t.equal(label('recording', 'start'), 'Stop recording', 'the room may be faster than the answer');
  t.equal(label('recording', 'stop'), 'Stopping…');
  t.equal(label('stopping', undefined), 'Stopping…');
  t.equal(label('ready', undefined), 'Record');
  t.equal(label('failed', undefined), 'Record');
  t.equal(label('ready', 'start'), 'Starting…', 'the next one');
});

t.test('the button is disabled while there is nothing to do', async (t) => {
  t.equal(recordButtonView(room('a', 'ready'), undefined).action, 'start');
  t.equal(recordButtonView(room('a', 'recording'), undefined).action, 'stop');
  for (const status of ['starting', 'stopping'] as const)
    t.equal(recordButtonView(room('a', status), undefined).action, undefined);
});

t.test('the banner shows each state of a recording, and nothing without one', async (t) => {
  t.match(alertView(room('a', 'recording'), undefined), { text: /being recorded/, tone: 'live' });
  t.match(alertView({ ...room('a', 'recording'), audioOnly: true }, undefined), {
    text: 'Recording sound only',
    tone: 'live',
  });
  t.notMatch(alertView(room('a', 'starting'), undefined)?.text, /being recorded/);
  t.equal(alertView(room('a', 'ready'), undefined), undefined);
  t.equal(alertView(undefined, undefined), undefined);
  t.match(alertView(undefined, undefined, 'person'), { text: /second person arrives/, tone: 'waiting' });
  t.match(alertView(room('a', 'failed'), undefined, 'recorder'), {
    text: /recorder is free/,
    tone: 'waiting',
  });
  t.match(alertView(undefined, 'start', 'person'), { tone: 'busy' }, 'it waits no more');
  t.match(alertView(room('a', 'recording'), undefined, 'person'), { tone: 'live' });
});

t.test('a delayed save shows its reason, and does not block the next recording', async (t) => {
  const delayed = { ...room('a', 'stopping'), error: 'Saving waits for the storage' };
  t.equal(recordButtonView(delayed, undefined).action, 'start');
  t.match(alertView(delayed, undefined), { text: 'Saving waits for the storage', tone: 'busy' });
  t.match(alertView(delayed, 'start'), { text: /starting/ });
});

t.test('of two things heard the further is true', async (t) => {
  t.equal(latestStatus(undefined, undefined), undefined);
  t.match(latestStatus(room('a', 'starting'), undefined), { status: 'starting' });
  t.match(latestStatus(undefined, room('a', 'starting')), { status: 'starting' });
  t.match(latestStatus(room('a', 'recording'), room('a', 'starting')), { status: 'recording' });
  t.match(latestStatus(room('a', 'recording'), room('a', 'stopping')), { status: 'stopping' });
  t.match(latestStatus(room('a', 'ready'), room('a', 'stopping')), { status: 'ready' });
  t.match(latestStatus(room('a', 'ready'), room('b', 'starting')), { id: 'b' });
});

t.test('why nothing can be recorded', async (t) => {
  const system = (recording: SystemStatus['recording']): SystemStatus => ({
    calls: { ready: true },
    storage: { ready: true },
    recording,
    setup: [],
  });
  t.equal(whyNoRecording(undefined), undefined, 'not known yet: the server will say');
  t.equal(whyNoRecording(system({ ready: true })), undefined);
  t.equal(whyNoRecording(system({ ready: false, reason: 'No recorder yet.' })), 'No recorder yet.');
  t.ok(whyNoRecording(system({ ready: false })));
});
