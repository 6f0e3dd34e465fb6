import { roomNameSchema } from '@reelroom/shared';
import fc from 'fast-check';
import t from 'tap';
import { allRecordings } from './library-filter.ts';
import { matchRoute, paths } from './routes.ts';

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

t.test('players', async (t) => {
  const watch = { recordingName: 'a b.mp4', share: undefined, start: 0 };
  t.same(routeOf('/watch/a%20b.mp4'), { page: 'watch', ...watch });
  t.same(routeOf('/watch/a%20b.mp4?t=1m23s&share=x'), { page: 'watch', ...watch, share: 'x', start: 83 });
  t.same(routeOf('/embed/a%20b.mp4'), { page: 'embed', autoplay: false, ...watch });
  t.same(routeOf('/embed/a%20b.mp4?autoplay'), { page: 'embed', autoplay: true, ...watch });
  t.same(routeOf('/embed/a%20b.mp4?autoplay=0'), { page: 'embed', autoplay: false, ...watch });
  for (const path of ['/watch/', '/watch/a', '/watch/a/b.mp4', '/watch/%E0%A4%A.mp4', '/watch']) {
    t.same(routeOf(path), { page: 'not-found' }, path);
  }
  const tz = new URLSearchParams({ tz: new Intl.DateTimeFormat().resolvedOptions().timeZone });
  t.equal(
    paths.download('a.mp4', { title: 'A & b', share: 'x' }),
    `/recordings/a.mp4?download=A+%26+b&share=x&${tz}`,
  );
  t.equal(paths.download('a.mp4'), `/recordings/a.mp4?download=&${tz}`);
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

t.test('every recording’s address leads to that recording, at its moment and with its link', async () => {
  fc.assert(
    fc.property(
      roomNames,
      fc.nat(100_000),
      fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
      (room, start, share) => {
        const recordingName = `${room.replaceAll(/[/\\\\]/g, '')}-RM_1.mp4`;
        return [paths.watch, paths.embed]
          .map((path) => routeOf(path(recordingName, { start, share })))
          .every(
            (route) =>
              (route.page === 'watch' || route.page === 'embed') &&
              route.recordingName === recordingName &&
              route.start === start &&
              route.share === share,
          );
      },
    ),
  );
});
