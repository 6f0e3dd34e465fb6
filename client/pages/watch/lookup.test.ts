import type { Recording } from '@reelroom/shared';
import t from 'tap';
import { problemOf, withChange, failed, type RecordingState } from './lookup.ts';

const recording: Recording = {
  id: 'EG_1',
  name: 'a-RM_1-2026-01-31T101530000.mp4',
  roomName: 'a',
  roomId: 'RM_1',
  startedAt: 0,
  size: 0,
  status: 'recording',
};
const found: RecordingState = { kind: 'found', recording };
const looking: RecordingState = { kind: 'looking' };
const { name } = recording;

t.test('what happens to the recording that is watched', async (t) => {
  const ready = { ...recording, status: 'ready' as const, size: 7 };
  t.same(withChange(found, { type: 'recording-ready', recording: ready }, name), {
    kind: 'found',
    recording: ready,
  });
  t.match(withChange(looking, { type: 'recording-changed', recording }, name), { kind: 'found' });
  t.match(withChange(found, { type: 'recording-deleted', recording }, name), {
    kind: 'problem',
    problem: { retryable: false },
  });
  const other = { ...recording, name: 'other.mp4' };
  t.equal(withChange(found, { type: 'recording-deleted', recording: other }, name), found, 'not to another');

  const told = (status: Recording['status']) =>
    withChange(
      found,
      {
        type: 'room-status',
        roomName: 'a',
        state: { recording: { id: 'EG_1', name, status } },
      },
      name,
    );
  t.match(told('stopping'), { recording: { status: 'stopping' } });
  t.equal(told('starting'), found, 'not back');
  t.equal(told('ready'), found, 'one that is ready is told of as a whole');
});

t.test('why there is nothing to watch', async (t) => {
  t.equal(problemOf('SHARE_EXPIRED', '').heading, 'This link has expired');
  t.equal(problemOf('SHARE_INVALID', '').heading, 'This link is not valid');
  t.equal(problemOf('RECORDING_NOT_FOUND', '').retryable, false);
  const away = problemOf(undefined, 'No answer.');
  t.match(away, { text: 'No answer.', retryable: true });
  t.equal(failed(found, away), found, 'what is shown stays when the answer did not come');
  t.match(failed(found, problemOf('SHARE_EXPIRED', '')), { kind: 'problem' });
  t.match(failed(looking, away), { kind: 'problem' });
});
