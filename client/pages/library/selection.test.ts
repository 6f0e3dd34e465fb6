import type { Recording, RecordingStatus } from '@reelroom/shared';
import t from 'tap';
import { allOf, chosenOf, extended, noSelection, toggled, type Selection } from './selection.ts';

const recording = (name: string, status: RecordingStatus = 'ready'): Recording => ({
  ...{ id: name, name, roomName: 'r', roomId: 'RM_1', startedAt: 0, size: 1 },
  status,
});
const rows = [recording('live', 'recording'), ...['a', 'b', 'c', 'd', 'e'].map((name) => recording(name))];
const names = (selection: Selection) =>
  chosenOf(selection, rows)
    .map(({ name }) => name)
    .join(' ');

t.test('one after the other', async (t) => {
  const two = toggled(toggled(noSelection, 'b'), 'd');
  t.equal(names(two), 'b d');
  t.equal(names(toggled(two, 'b')), 'd');
});

t.test('shift goes from the last click to this one, either way', async (t) => {
  t.equal(names(extended(toggled(noSelection, 'b'), rows, 'd')), 'b c d');
  t.equal(names(extended(toggled(noSelection, 'd'), rows, 'b')), 'b c d');
  t.equal(names(extended(toggled(noSelection, 'b'), rows, 'live')), 'a b', 'none that is being made');
  t.equal(names(extended(noSelection, rows, 'c')), 'c', 'with none before it is one click');
  t.equal(names(extended(toggled(noSelection, 'gone'), rows, 'c')), 'c', 'or when the last one is gone');
  const all = allOf(rows);
  t.equal(names(extended(toggled(all, 'b'), rows, 'd')), 'a e', 'what was taken away takes more away');
});

t.test('all that are loaded, but for those under way', async (t) => {
  t.equal(names(allOf(rows)), 'a b c d e');
  t.equal(allOf(rows).names.size, 5);
});

t.test('what is gone is not chosen any more', async (t) => {
  t.same(chosenOf(toggled(noSelection, 'gone'), rows), []);
});
