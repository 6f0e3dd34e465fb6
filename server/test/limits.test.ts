import t from 'tap';
import { reasonToEnd, withLimit } from '../features/recording/limits.ts';
import type { RecordingState } from '../adapters/livekit/egress-info.ts';

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

t.test('reasons to end a recording', async (t) => {
  const known = {
    ...{ knownForMs: 10 * minute, lengthMs: 10 * minute },
    ...{ isForgotten: false, isRoomClosed: false, maxMs: undefined },
  };
  t.equal(reasonToEnd(recording, known), undefined);
  t.equal(reasonToEnd(recording, { ...known, maxMs: 10 * minute }), 'limit');
  t.equal(reasonToEnd(recording, { ...known, maxMs: 11 * minute }), undefined);
  t.equal(reasonToEnd({ status: 'stopping' }, { ...known, maxMs: 1 }), undefined);
  t.equal(reasonToEnd(recording, { ...known, isRoomClosed: true }), 'room-closed');
  t.equal(reasonToEnd(recording, { ...known, isForgotten: true }), 'recorder-shutdown');
  t.equal(reasonToEnd({ status: 'starting' }, { ...known, knownForMs: 30_001 }), 'stop');
  t.equal(reasonToEnd({ status: 'starting' }, { ...known, knownForMs: 30_000 }), undefined);
});

t.test('a stop at the limit was the limit, whichever process asked for it', async (t) => {
  const stopped: RecordingState = { ...recording, status: 'ready', endedBy: 'stop', recordingSince: 0 };
  t.equal(withLimit({ ...stopped, endedAt: minute }, minute).endedBy, 'limit');
  t.equal(withLimit({ ...stopped, endedAt: minute - 1 }, minute).endedBy, 'stop');
  t.equal(withLimit({ ...stopped, endedAt: minute }, undefined).endedBy, 'stop');
  t.equal(withLimit({ ...stopped, endedBy: 'room-closed', endedAt: minute }, minute).endedBy, 'room-closed');
});
