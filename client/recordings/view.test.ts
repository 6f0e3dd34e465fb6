import {
  endedBySchema,
  isFinal,
  recordingStatusSchema,
  type Recording,
  type RoomStatus,
  type SystemStatus,
} from '@reelroom/shared';
import t from 'tap';
import { keepHint, retentionNotice, totalsLine } from '../pages/library/view.ts';
import {
  alertView,
  endingNote,
  expiryNote,
  furtherStatus,
  limitWarning,
  liveLabel,
  minutesToWarnOf,
  type Pending,
  recordButtonView,
  secondsLeft,
  shownName,
  spokenName,
  statusView,
  whyNoRecording,
} from './view.ts';

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

t.test('only what can be done can be clicked', async (t) => {
  t.equal(recordButtonView(room('a', 'ready'), undefined).action, 'start');
  t.equal(recordButtonView(room('a', 'recording'), undefined).action, 'stop');
  for (const status of ['starting', 'stopping'] as const)
    t.equal(recordButtonView(room('a', status), undefined).action, undefined);
});

t.test('everyone is told while and only while there is something to tell', async (t) => {
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

t.test('what takes long to be saved is told, and in nobody’s way', async (t) => {
  const delayed = { ...room('a', 'stopping'), error: 'Saving waits for the storage' };
  t.equal(recordButtonView(delayed, undefined).action, 'start');
  t.match(alertView(delayed, undefined), { text: 'Saving waits for the storage', tone: 'busy' });
  t.match(alertView(delayed, 'start'), { text: /starting/ });
});

t.test('how long a recording goes on that nobody answers for', async (t) => {
  t.equal(secondsLeft(60_000, 18_500), 'in 42 seconds');
  t.equal(secondsLeft(60_000, 59_500), 'in a second');
  t.equal(secondsLeft(60_000, 60_500), 'now');
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

t.test('how a recording ended is told where it was not stopped', async (t) => {
  const note = (more: Partial<Recording>) =>
    endingNote({
      id: 'EG_1',
      name: 'r.mp4',
      roomName: 'r',
      roomId: 'RM_1',
      startedAt: 1,
      size: 1,
      status: 'ready',
      ...more,
    });
  t.equal(note({}), '');
  t.equal(note({ endedBy: 'stop' }), '');
  t.equal(note({ endedBy: 'recovered', lostMs: 7_400 }), 'Recovered; the last 7 s are missing');
  t.equal(note({ endedBy: 'recovered', lostMs: 900 }), 'Recovered; the last second is missing');
  t.match(note({ endedBy: 'recovered' }), /^Recovered/);
  t.match(note({ endedBy: 'recovered', lostMs: 0 }), /^Recovered after/);
  const notes = endedBySchema.options.map((endedBy) => note({ endedBy }));
  t.equal(new Set(notes).size, notes.length, 'each its own');
});

t.test('what is watched before it is ready says so', async (t) => {
  t.equal(liveLabel('recording'), 'Still being recorded');
  t.equal(liveLabel('ready'), '');
  for (const status of recordingStatusSchema.options) t.equal(liveLabel(status) === '', status === 'ready');
});

t.test('a room is warned five minutes and one minute before the end', async (t) => {
  const left = (seconds: number) => minutesToWarnOf(1_000_000, 1_000_000 - seconds * 1000);
  t.equal(left(301), undefined);
  t.equal(left(300), 5);
  t.equal(left(61), 5);
  t.equal(left(60), 1);
  t.equal(left(0), undefined, 'it is over');
  t.match(limitWarning(5), /ends in 5 minutes/);
  t.match(limitWarning(1), /ends in a minute/);
});

t.test('what is about to be deleted for its age says so', async (t) => {
  const day = 24 * 60 * 60_000;
  const noteAfter = (days: number, keep?: boolean) =>
    expiryNote({ startedAt: 0, ...(keep && { keep }) }, 30, days * day);
  t.equal(noteAfter(22.5), '');
  t.equal(noteAfter(23.5), 'Will be deleted in 7 days');
  t.equal(noteAfter(29.5), 'Will be deleted within a day');
  t.equal(noteAfter(31), 'Will be deleted any moment');
  t.equal(noteAfter(31, true), '', 'what is kept stays');
  t.equal(expiryNote({ startedAt: 0 }, undefined, 1e6 * day), '');
});

t.test('a recording is called by its title, or else by its room', async (t) => {
  t.equal(shownName({ roomName: 'r' }), 'r');
  t.equal(shownName({ roomName: 'r', title: 'T' }), 'T');
  t.match(spokenName({ roomName: 'r', startedAt: 0 }), /^the recording of r, .*1970/);
  t.match(spokenName({ roomName: 'r', title: 'T', startedAt: 0 }), /^“T”, .*1970/);
});

t.test('how much the library has', async (t) => {
  t.equal(totalsLine({ count: 1204, bytes: 38e9 }, 'en'), '1,204 recordings, 38 GB');
  t.equal(totalsLine({ count: 1, bytes: 5 }, 'en'), '1 recording, 5B');
  t.equal(totalsLine({ count: 0, bytes: 0 }, 'en'), 'No recordings');
});

t.test('retention is announced, and what it means to keep a recording', async (t) => {
  t.equal(retentionNotice(undefined), '');
  t.match(retentionNotice(30), /deleted 30 days after they were made/);
  t.match(keepHint(1), /a day after/);
  t.notMatch(keepHint(undefined), /undefined/);
});
