import { endedBySchema, isFinal, recordingStatusSchema, type Recording } from '@reelroom/shared';
import t from 'tap';
import { keepHint, retentionNotice, totalsLine } from '../pages/library/labels.ts';
import { endedByLabel, expiryNote, liveLabel, statusView } from './labels.ts';

t.test('every status has a name, and two are final', async (t) => {
  const labels = recordingStatusSchema.options.map((status) => statusView(status).label);
  t.equal(new Set(labels).size, labels.length);
  t.same(recordingStatusSchema.options.filter(isFinal), ['ready', 'failed']);
});

t.test('how a recording ended is told where it was not stopped', async (t) => {
  const note = (more: Partial<Recording>) =>
    endedByLabel({
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

t.test('how much the library has', async (t) => {
  t.equal(totalsLine({ count: 1204, bytes: 38e9 }), '1,204 recordings, 38 GB');
  t.equal(totalsLine({ count: 1, bytes: 5 }), '1 recording, 5B');
  t.equal(totalsLine({ count: 0, bytes: 0 }), 'No recordings');
});

t.test('retention is announced, and what it means to keep a recording', async (t) => {
  t.equal(retentionNotice(undefined), '');
  t.match(retentionNotice(30), /deleted 30 days after they were made/);
  t.match(keepHint(1), /a day after/);
  t.notMatch(keepHint(undefined), /undefined/);
});
