import fc from 'fast-check';
import t from 'tap';
import { destinationIn } from './destination.ts';

const origin = 'https://rooms.example';
const from = (to: string) => destinationIn(`?${new URLSearchParams({ to })}`, origin);

t.test('one comes back to the page that asked to sign in', async (t) => {
  for (const to of ['/library?q=a', '/watch/a.mp4?t=5', '/room/a%20b', '/?roomName=a']) t.equal(from(to), to);
  t.equal(from(`${origin}/library`), '/library');
  t.equal(destinationIn('', origin), undefined);
});

t.test('but never to another site, nor to what is no page', async (t) => {
  for (const to of [
    ...[
      '//foe.example/library',
      '/\\foe.example/library',
      'https://foe.example/library',
      'javascript:alert(1)',
    ],
    ...[`${origin}@foe.example/library`, 'data:text/html,a'],
    ...[
      '\t//foe.example/library',
      'https://rooms.example.foe.example/library',
      '/../..//foe.example/library',
    ],
  ])
    t.equal(from(to), undefined, to);
  fc.assert(
    fc.property(fc.string(), (to) => {
      const path = from(to);
      return path === undefined || new URL(path, origin).origin === origin;
    }),
  );
});
