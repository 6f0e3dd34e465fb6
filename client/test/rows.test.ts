import type { Recording } from '@reelroom/shared';
import t from 'tap';
import { roomNames, withChange, withoutRow, withRow, type RowChange } from '../recordings/rows.ts';

const recording = (name: string, startedAt: number, roomName = 'r'): Recording => ({
  id: name,
  name,
  roomName,
  roomId: 'RM_1',
  startedAt,
  size: 1,
  status: 'ready',
});
const names = (rows: readonly Recording[]) => rows.map((row) => row.name).join(' ');

t.test('a recording takes its place, newest first, and is there once', async (t) => {
  const rows = withRow(withRow([recording('b.mp4', 2)], recording('a.mp4', 1)), recording('c.mp4', 3));
  t.equal(names(rows), 'c.mp4 b.mp4 a.mp4');
  const again = withRow(rows, { ...recording('b.mp4', 2), size: 9 });
  t.equal(names(again), 'c.mp4 b.mp4 a.mp4');
  t.match(again[1], { size: 9 });
  t.equal(names(withoutRow(again, 'b.mp4')), 'c.mp4 a.mp4');
});

t.test('rows follow what happens to recordings', async (t) => {
  const first = recording('a.mp4', 1);
  const second = recording('b.mp4', 2);
  const change = (rows: readonly Recording[], type: RowChange['type'], row: Recording) =>
    withChange(rows, { type, recording: row });
  t.same(change([], 'recording-started', { ...first, status: 'starting' }), [], 'not before it is one');
  const both = change(change([], 'recording-ready', first), 'recording-failed', {
    ...second,
    status: 'failed',
  });
  t.equal(names(both), 'b.mp4 a.mp4');
  t.match(change(both, 'recording-ready', second)[0], { status: 'ready' }, 'made whole after all');
  t.equal(names(change(both, 'recording-deleted', first)), 'b.mp4');
  t.equal(names(change([second], 'recording-deleted', first)), 'b.mp4');
});

t.test('rooms are named once, in order', async (t) => {
  t.same(roomNames([recording('1.mp4', 1, 'z'), recording('2.mp4', 2, 'É'), recording('3.mp4', 3, 'z')]), [
    'É',
    'z',
  ]);
});
