import { recordingStatusSchema, type RoomStatus, type SystemStatus } from '@reelroom/shared';
import t from 'tap';
import {
  alertView,
  furtherStatus,
  isFinal,
  recordButtonView,
  statusView,
  whyNoRecording,
} from '../recordings/view.ts';

const room = (id: string, status: RoomStatus['status']): RoomStatus => ({ id, name: `${id}.mp4`, status });

t.test('the recording button through a recording’s life', async (t) => {
  const label = (...args: Parameters<typeof recordButtonView>) => recordButtonView(...args).label;
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

t.test('only what can be done can be clicked', async (t) => {
  t.equal(recordButtonView('ready', undefined).action, 'start');
  t.equal(recordButtonView('recording', undefined).action, 'stop');
  for (const status of ['starting', 'stopping'] as const)
    t.equal(recordButtonView(status, undefined).action, undefined);
});

t.test('everyone is told while and only while there is something to tell', async (t) => {
  t.match(alertView('recording', undefined), { text: /being recorded/, tone: 'live' });
  t.notMatch(alertView('starting', undefined)?.text, /being recorded/);
  t.equal(alertView('ready', undefined), undefined);
  t.equal(alertView(undefined, undefined), undefined);
});

t.test('of two things heard the further is true', async (t) => {
  t.equal(furtherStatus(undefined, undefined), undefined);
  t.match(furtherStatus(room('a', 'starting'), undefined), { status: 'starting' });
  t.match(furtherStatus(undefined, room('a', 'starting')), { status: 'starting' });
  t.match(furtherStatus(room('a', 'recording'), room('a', 'starting')), { status: 'recording' });
  t.match(furtherStatus(room('a', 'recording'), room('a', 'stopping')), { status: 'stopping' });
  t.match(furtherStatus(room('a', 'ready'), room('a', 'stopping')), { status: 'ready' });
  t.match(furtherStatus(room('a', 'ready'), room('b', 'starting')), { id: 'b' });
});

t.test('every status has a name, and two are final', async (t) => {
  const labels = recordingStatusSchema.options.map((status) => statusView(status).label);
  t.equal(new Set(labels).size, labels.length);
  t.same(recordingStatusSchema.options.filter(isFinal), ['ready', 'failed']);
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
