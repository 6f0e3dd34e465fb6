import { roomNameSchema } from '@reelroom/shared';
import fc from 'fast-check';
import t from 'tap';
import { allRecordings } from '../library/filter.ts';
import { matchRoute, paths } from '../routes.ts';

const routeOf = (path: string) => matchRoute(new URL(path, 'http://localhost:6080'));

t.test('pages', async (t) => {
  t.same(routeOf('/'), { page: 'join', roomName: undefined });
  t.same(routeOf('/?roomName=a%20b'), { page: 'join', roomName: 'a b' });
  t.same(routeOf('/library'), { page: 'library', filter: allRecordings });
  t.same(routeOf('/library/?room=x'), { page: 'library', filter: { ...allRecordings, room: 'x' } });
  t.same(routeOf('/room/%C3%89quipe%20%22A%22'), { page: 'room', roomName: 'Équipe "A"' });
  for (const path of ['/room/', '/room/a/b', '/room/%E0%A4%A', '/elsewhere', '/recordings']) {
    t.same(routeOf(path), { page: 'not-found' }, path);
  }
});

const roomNames = fc
  .oneof(
    fc.constantFrom('.', '..', 'Équipe "A" 🎥', 'a%2Fb', '?x=1#y', '+ &'),
    fc.string({ minLength: 1, unit: 'grapheme' }),
  )
  .filter((name) => roomNameSchema.safeParse(name).success)
  .map((name) => roomNameSchema.parse(name));

t.test('every room’s address leads to that room', async () => {
  fc.assert(
    fc.property(roomNames, (roomName) => {
      const [room, join, library] = [
        paths.room(roomName),
        paths.join(roomName),
        paths.library({ room: roomName }),
      ].map(routeOf);
      return (
        room?.page === 'room' &&
        room.roomName === roomName &&
        join?.page === 'join' &&
        join.roomName === roomName &&
        library?.page === 'library' &&
        library.filter.room === roomName
      );
    }),
  );
});
