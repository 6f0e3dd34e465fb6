import fc from 'fast-check';
import t from 'tap';
import { lengthOf, reasonToEnd, tookTooLong, withLimit } from '../features/recordings/limits.ts';
import type { RecordingState } from '../features/recordings/state.ts';

const minute = 60_000;
const recording: RecordingState = {
  id: 'EG_1',
  name: 'a-RM_1-t.mp4',
  roomName: 'a',
  roomId: 'RM_1',
  startedAt: 1_000 * minute,
  size: 0,
  status: 'recording',
};

t.test('a length is right to some seconds, however far the two clocks are apart', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -600 * minute, max: 600 * minute }),
      fc.integer({ min: 1_000, max: 10_000 }),
      fc.integer({ min: 0, max: 300 * minute }),
      (skew, startupMs, lengthMs) => {
        const recordingSince = recording.startedAt + startupMs + skew;
        const now = recording.startedAt + startupMs + lengthMs;
        const told = lengthOf({ ...recording, recordingSince }, now);
        return Math.abs(told - lengthMs) <= 30_000;
      },
    ),
  );
});

t.test('reasons to end a recording', async (t) => {
  const now = recording.startedAt + 10 * minute;
  const look = { recorder: 'well', isKnown: true, maxMs: undefined, now } as const;
  t.equal(reasonToEnd(recording, look), undefined);
  t.equal(reasonToEnd(recording, { ...look, maxMs: 10 * minute }), 'limit');
  t.equal(reasonToEnd(recording, { ...look, maxMs: 11 * minute }), undefined);
  t.equal(reasonToEnd({ ...recording, status: 'stopping' }, { ...look, maxMs: 1 }), undefined);
  t.equal(reasonToEnd(recording, { ...look, recorder: 'alone' }), 'room-closed');
  t.equal(reasonToEnd(recording, { ...look, isKnown: false }), 'recorder-shutdown');
  t.equal(tookTooLong({ ...recording, status: 'starting' }, recording.startedAt + 30_001), true);
  t.equal(tookTooLong({ ...recording, status: 'starting' }, recording.startedAt + 30_000), false);
  t.equal(tookTooLong(recording, now), false);
});

t.test('a stop at the limit was the limit, whichever process asked for it', async (t) => {
  const stopped: RecordingState = { ...recording, status: 'ready', endedBy: 'stop', recordingSince: 0 };
  t.equal(withLimit({ ...stopped, endedAt: minute }, minute).endedBy, 'limit');
  t.equal(withLimit({ ...stopped, endedAt: minute - 1 }, minute).endedBy, 'stop');
  t.equal(withLimit({ ...stopped, endedAt: minute }, undefined).endedBy, 'stop');
  t.equal(withLimit({ ...stopped, endedBy: 'room-closed', endedAt: minute }, minute).endedBy, 'room-closed');
});
