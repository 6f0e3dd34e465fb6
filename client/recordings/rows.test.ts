import { matcherOf, type Recording, type RecordingFilter } from '@reelroom/shared';
import fc from 'fast-check';
import t from 'tap';
import { nothingListed, withChange, withPage, type Listed, type ListRules, type RowChange } from './rows.ts';

const recording = (name: string, startedAt: number, more: Partial<Recording> = {}): Recording => ({
  id: name,
  name,
  roomName: 'r',
  roomId: 'RM_1',
  startedAt,
  size: 1,
  status: 'ready',
  ...more,
});
const names = (rows: readonly Recording[]) => rows.map((row) => row.name).join(' ');
const rules = (filter: RecordingFilter = {}, order: ListRules['order'] = 'newest'): ListRules => ({
  matches: matcherOf(filter),
  order,
});
type Happening = Exclude<RowChange['type'], 'room-status'>;
const change = (listed: Listed, type: Happening, row: Recording, by = rules()) =>
  withChange(listed, { type, recording: row }, by);
const a = recording('a', 1);
const b = recording('b', 2);
const c = recording('c', 3);
const listed = (...ended: Recording[]): Listed => ({ ...nothingListed, ended });

t.test('a recording takes its place in the order of the list, and is there once', async (t) => {
  t.equal(names(change(listed(c, a), 'recording-ready', b).ended), 'c b a');
  t.equal(names(change(listed(a, c), 'recording-ready', b, rules({}, 'oldest')).ended), 'a b c');
  const again = change(listed(c, b, a), 'recording-ready', { ...b, size: 9 });
  t.equal(names(again.ended), 'c b a');
  t.match(again.ended[1], { size: 9 });
});

t.test('the life of a recording', async (t) => {
  const starting = recording('d', 4, { status: 'starting' });
  const begun = change(listed(a), 'recording-started', starting);
  t.same([names(begun.live), names(begun.ended)], ['d', 'a'], 'it is under way');
  const told = withChange(
    begun,
    { type: 'room-status', roomName: 'r', state: { recording: { id: 'd', name: 'd', status: 'recording' } } },
    rules(),
  );
  t.match(told.live[0], { status: 'recording' }, 'as its room is told');
  const late = withChange(
    told,
    { type: 'room-status', roomName: 'r', state: { recording: { id: 'd', name: 'd', status: 'starting' } } },
    rules(),
  );
  t.equal(late, told, 'it does not go back');
  const ready = change(told, 'recording-ready', recording('d', 4));
  t.same([names(ready.live), names(ready.ended)], ['', 'd a']);
  t.equal(change(ready, 'recording-started', starting), ready, 'nor is it under way again');
  t.equal(names(change(ready, 'recording-deleted', recording('d', 4)).ended), 'a');
  const trashed = change(ready, 'recording-trashed', recording('d', 4, { trashedAt: 9 }));
  t.equal(names(trashed.ended), 'a');
  t.equal(names(change(trashed, 'recording-restored', recording('d', 4)).ended), 'd a');
  t.same(names(change(begun, 'recording-deleted', starting).live), '');
});

t.test('only what the filter asks for is there', async (t) => {
  const equipe = rules({ search: 'EQUIPE' });
  const titled = { ...a, title: 'Équipe' };
  t.equal(names(change(listed(), 'recording-ready', titled, equipe).ended), 'a');
  t.equal(names(change(listed(), 'recording-ready', b, equipe).ended), '');
  t.equal(
    names(change(listed(titled), 'recording-changed', a, equipe).ended),
    '',
    'renamed to something else',
  );
  t.equal(names(change(listed(), 'recording-ready', a, rules({ roomName: 'another' })).ended), '');
  const failed = { ...a, status: 'failed' } as const;
  t.equal(names(change(listed(), 'recording-failed', failed, rules({ status: 'ready' })).ended), '');
});

t.test('what lies behind the last page that is loaded comes with its own', async (t) => {
  const first: Listed = { ...listed(c, b), nextCursor: 'x' };
  t.equal(names(change(first, 'recording-changed', a).ended), 'c b');
  t.equal(names(change(first, 'recording-ready', recording('d', 4)).ended), 'd c b');
  t.equal(names(change(first, 'recording-changed', { ...b, title: 'B' }).ended), 'c b', 'one that is loaded');
  const page = { live: [], recordings: [b, a], nextCursor: undefined };
  t.equal(names(withPage(first, page).ended), 'c b a', 'no recording is there twice');
});

t.test('a page that knows of an end before its event comes lists the recording once', async (t) => {
  const before: Listed = { live: [{ ...b, status: 'stopping' }, c], ended: [a], nextCursor: 'x' };
  const now = withPage(before, { live: [], recordings: [b], nextCursor: undefined });
  t.equal(names(now.live), 'c');
  t.equal(names(now.ended), 'a b');
});

t.test('pages and changes in any order come to the same list', async () => {
  const all = Array.from({ length: 30 }, (_, n) => recording(`n${n}`, 1_000 - n));
  fc.assert(
    fc.property(fc.array(fc.nat(29), { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), (gone, size) => {
      // Some are deleted while it is paged through; each is told of once, between two pages.
      let there = all;
      let now = nothingListed;
      const deletions = [...new Set(gone)];
      let last: Recording | undefined;
      do {
        const behind = there.filter((row) => !last || row.startedAt < last.startedAt);
        const recordings = behind.slice(0, size);
        last = recordings.at(-1) ?? last;
        const nextCursor = behind.length > size ? 'x' : undefined;
        now = withPage(now, { live: [], recordings, nextCursor });
        const deleted = all[deletions.pop() ?? -1];
        if (deleted) {
          there = there.filter((row) => row !== deleted);
          now = change(now, 'recording-deleted', deleted);
        }
      } while (now.nextCursor !== undefined);
      for (const index of deletions) {
        const deleted = all[index];
        if (!deleted) continue;
        there = there.filter((row) => row !== deleted);
        now = change(now, 'recording-deleted', deleted);
      }
      return names(now.ended) === names(there);
    }),
  );
});
