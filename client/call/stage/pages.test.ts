import fc from 'fast-check';
import t from 'tap';
import { orderTiles, pageOf } from './pages.ts';

const person = (id: string, { isSpeaking = false, lastSpokeAt = 0, isLocal = false } = {}) => ({
  id,
  isSpeaking,
  lastSpokeAt,
  isLocal,
});
const ids = (people: readonly { id: string }[]) => people.map(({ id }) => id).join('');

t.test('who speaks comes to the first page, in the place of who was silent longest', async (t) => {
  const people = [
    person('me', { isLocal: true }),
    person('a', { lastSpokeAt: 5 }),
    person('b', { lastSpokeAt: 3 }),
    person('c', { isSpeaking: true }),
    person('d'),
  ];
  t.equal(ids(orderTiles(people, ['me', 'a', 'b', 'c', 'd'], 3)), 'meacbd');
  t.equal(ids(orderTiles(people, [], 5)), 'meabcd', 'all on one page: nobody moves');
  t.equal(ids(orderTiles(people, ['me', 'a', 'b', 'c', 'd'], 1)), 'meabcd', 'the local one stays');
  const all = people.map((one) => ({ ...one, isSpeaking: true }));
  t.equal(ids(orderTiles(all, ['me', 'a', 'b', 'c', 'd'], 3)), 'meabcd', 'all of them speak: nobody moves');
});

t.test('newcomers are last, and who has left leaves no gap', async (t) => {
  t.equal(
    ids(
      orderTiles(
        ['x', 'a', 'c', 'y'].map((id) => person(id)),
        ['c', 'b', 'a'],
        2,
      ),
    ),
    'caxy',
  );
});

t.test('nobody is lost or doubled, and silence moves nobody', async () => {
  const people = fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      isSpeaking: fc.boolean(),
      isLocal: fc.constant(false),
      lastSpokeAt: fc.nat(9),
    }),
    { selector: ({ id }) => id, maxLength: 40 },
  );
  fc.assert(
    fc.property(people, fc.integer({ min: 1, max: 12 }), (everyone, size) => {
      const order = orderTiles(everyone, [], size);
      const again = orderTiles(
        order.map((one) => ({ ...one, isSpeaking: false })),
        order.map(({ id }) => id),
        size,
      );
      const speakers = everyone.filter(({ isSpeaking }) => isSpeaking).length;
      const onFirst = order.slice(0, size).filter(({ isSpeaking }) => isSpeaking).length;
      return (
        order.length === everyone.length &&
        new Set(order).size === everyone.length &&
        onFirst === Math.min(speakers, size) &&
        ids(again) === ids(order)
      );
    }),
  );
});

t.test('pages', async (t) => {
  t.same(pageOf([1, 2, 3], 2, 0), { shown: [1, 2], page: 0, pages: 2 });
  t.same(pageOf([1, 2, 3], 2, 1), { shown: [3], page: 1, pages: 2 });
  t.same(
    pageOf([1], 2, 5),
    { shown: [1], page: 0, pages: 1 },
    'people have left: the last page that there is',
  );
  t.same(pageOf([], 2, 0), { shown: [], page: 0, pages: 1 });
});
