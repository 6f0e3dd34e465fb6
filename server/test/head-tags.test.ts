import type { Recording } from '@reelroom/shared';
import fc from 'fast-check';
import t from 'tap';
import { watchUrls } from '../features/sharing/urls.ts';
import { headTags } from '../features/pages/head-tags.ts';

const recording: Recording = {
  id: 'EG_1',
  name: 'a-RM_1-2026-01-31T101530000.mp4',
  roomName: 'a',
  roomId: 'RM_1',
  startedAt: Date.UTC(2026, 0, 31, 10, 15, 30),
  size: 5,
  durationMs: 3_723_400,
  width: 1_280,
  height: 720,
  status: 'ready',
};
const tags = (more: Partial<Recording> = {}, base = 'https://example.com/video', canEmbed = false) => {
  const described = { ...recording, ...more };
  return headTags({
    recording: described,
    urls: watchUrls(base, described.name, '0123token'),
    canEmbed,
  });
};
const contentOf = (html: string, name: string) =>
  new RegExp(`<meta (?:property|name)="${name}" content="([^"]*)" />`).exec(html)?.[1];

t.test('what a page tells of a recording', async (t) => {
  const html = tags({ title: 'Weekly' });
  const path = 'a-RM_1-2026-01-31T101530000.mp4?share=0123token';
  for (const [name, content] of Object.entries({
    description: 'Recorded in a on 31 January 2026 at 10:15 UTC, 1:02:03 long',
    'og:site_name': 'Reelroom',
    'og:type': 'video.other',
    'og:title': 'Weekly',
    'og:url': `https://example.com/video/watch/${path}`,
    'og:video': `https://example.com/video/recordings/${path}`,
    'og:video:secure_url': `https://example.com/video/recordings/${path}`,
    'og:video:type': 'video/mp4',
    'og:video:width': '1280',
    'og:video:height': '720',
    'video:duration': '3723',
    'og:image': `https://example.com/video/posters/${path}`,
    'twitter:card': 'summary_large_image',
  }))
    t.equal(contentOf(html, name), content, name);
  t.match(html, '<title>Weekly · Reelroom</title>');
  t.equal(contentOf(html, 'twitter:player'), undefined);
});

t.test('a player where every page may show it', async (t) => {
  const html = tags({}, 'https://example.com', true);
  t.equal(contentOf(html, 'twitter:card'), 'player');
  t.match(contentOf(html, 'twitter:player'), /^https:\/\/example\.com\/embed\//);
});

t.test('what is not known is not told', async (t) => {
  const html = tags({ durationMs: undefined, width: undefined, height: undefined }, 'http://localhost:6080');
  for (const name of ['video:duration', 'og:video:width', 'og:image', 'og:video:secure_url'])
    t.equal(contentOf(html, name), undefined, name);
  t.equal(contentOf(html, 'og:title'), 'a', 'the room, for want of a title');
});

t.test('whatever people call it, it is text', async () => {
  const evil = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"><script>alert(1)</script>', "' onload='", '</title></head>', '&lt;', '$&$`'),
  );
  fc.assert(
    fc.property(evil, evil, evil, (title, roomName, host) => {
      const html = tags({ title, roomName }, `http://${host}`);
      const shape = html.replace(/content="[^"<>]*"/g, '').replace(/<title>[^<>]*<\/title>/, '<title>');
      return /^<title>(<meta (name|property)="[a-z:_]+" {2}\/>)+$/.test(shape);
    }),
  );
});
