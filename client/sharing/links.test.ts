import t from 'tap';
import { shareInputSchema } from '@reelroom/shared';
import { embedCode, lifetimes, startingAt, defaultLifetime } from './links.ts';

t.test('every lifetime is one that the server takes', async (t) => {
  for (const { seconds } of lifetimes) {
    t.ok(shareInputSchema.shape.expiresInSeconds.safeParse(seconds).success, String(seconds));
  }
  t.equal(
    defaultLifetime,
    shareInputSchema.shape.expiresInSeconds.parse(undefined),
    'the usual one is its own',
  );
});

t.test('a link may begin at a moment', async (t) => {
  const url = 'https://video.example/watch/a%20b.mp4?share=abc';
  t.equal(startingAt(url, 0), url);
  t.equal(startingAt(url, 83.9), `${url}&t=83`);
});

t.test('the code for another page is HTML whatever the title', async (t) => {
  const code = embedCode({ url: 'https://video.example/embed/a.mp4?share=x&t=1', title: '"><script>&' });
  t.match(code, 'src="https://video.example/embed/a.mp4?share=x&amp;t=1"');
  t.match(code, 'title="&quot;&gt;&lt;script&gt;&amp;"');
  t.equal(code.match(/</g)?.length, 2, 'the frame, and its end');
});
