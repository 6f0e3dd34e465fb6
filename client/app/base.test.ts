import t from 'tap';
import { timeZone } from '../lib/time-zone.ts';

t.test('below a prefix all our addresses begin with it, and others are not ours', async (t) => {
  Object.assign(globalThis, { document: { baseURI: 'http://localhost:3000/below/video/' } });
  const { matchRoute, paths } = await import('./routes.ts');
  const routeOf = (path: string) => matchRoute(new URL(path, 'http://localhost:3000'));
  t.same(
    [paths.join(), paths.room('..'), paths.room('a b'), paths.library({ room: 'a' })],
    [
      '/below/video/',
      '/below/video/room/?roomName=..',
      '/below/video/room/a%20b',
      '/below/video/library?room=a',
    ],
  );
  t.same(
    [paths.watch('a.mp4', { start: 5, share: 'x' }), paths.embed('a.mp4', { share: 'x' })],
    ['/below/video/watch/a.mp4?t=5&share=x', '/below/video/embed/a.mp4?share=x'],
  );
  t.same(
    [paths.video('a.mp4'), paths.download('a.mp4'), paths.zip(), paths.live('a.mp4')],
    [
      '/below/video/recordings/a.mp4',
      `/below/video/recordings/a.mp4?download=&tz=${encodeURIComponent(timeZone() ?? '')}`,
      '/below/video/recordings/zip',
      '/below/video/live/a.mp4/index.m3u8',
    ],
  );
  t.same(
    [paths.poster('a.mp4'), paths.thumbnails('a.mp4', 'x')],
    ['/below/video/posters/a.mp4', '/below/video/thumbs/a.mp4/index.vtt?share=x'],
  );
  t.same(routeOf('/below/video'), { page: 'join', roomName: undefined });
  t.same(routeOf(paths.join('a')), { page: 'join', roomName: 'a' });
  t.same(routeOf(paths.room('a b')), { page: 'room', roomName: 'a b' });
  t.match(routeOf(paths.library()), { page: 'library' });
  t.match(routeOf(paths.watch('a.mp4', { share: 'x' })), {
    page: 'watch',
    recordingName: 'a.mp4',
    share: 'x',
  });
  t.match(routeOf(paths.embed('a.mp4')), { page: 'embed', recordingName: 'a.mp4' });
  const notOurs = ['/', '/library', '/watch/a.mp4', '/embed/a.mp4', '/below/videos/library'];
  for (const path of [...notOurs, '/below/video/below/video/library'])
    t.same(routeOf(path), { page: 'not-found' }, path);
});
