import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';

const name = `${encodeURIComponent('"><script>alert(1)</script>').replaceAll('%', '')}-RM_1-t.mp4`;
const roomName = '"><script>alert(1)</script>';

const policyOf = ({ headers }: Response) =>
  Object.fromEntries(
    (headers.get('content-security-policy') ?? '').split('; ').map((directive) => {
      const [key = '', ...sources] = directive.split(' ');
      return [key, sources.join(' ')];
    }),
  );

t.test('pages that play a recording', async (t) => {
  const config = testConfig({ EMBED_ORIGINS: 'https://Intranet.example.com, http://localhost:8080' });
  const { put } = await bucketOf(config);
  await put(`recordings/${name}`, 'media');
  const described = {
    ...{ id: 'EG_1', name, roomName, roomId: 'RM_1', startedAt: 1_769_854_530_000, size: 5 },
    ...{ durationMs: 83_000, width: 1_280, height: 720, status: 'ready', endedBy: 'stop' },
  };
  const manifest = { egress_id: 'EG_1', room_id: 'RM_1', room_name: roomName, started_at: 1 };
  await put(`recordings/${name}.json`, JSON.stringify({ ...manifest, reelroom: described }));
  const failed = 'failed-RM_1-t.mp4';
  const failure = {
    ...described,
    ...{ name: failed, status: 'failed', failure: 'NOT_BEGUN', error: 'It did not begin.' },
  };
  await put(`recordings/${failed}.json`, JSON.stringify({ ...manifest, reelroom: failure }));
  const { trpc, url } = await serve(t, config);
  const link = await trpc.recordings.share.mutate({ name });

  await t.test('tell of it, by a link and without', async (t) => {
    for (const address of [
      link.url,
      link.embedUrl,
      `${url}/watch/${encodeURIComponent(name)}`,
      `${url}/embed/${encodeURIComponent(name)}`,
    ]) {
      const page = await fetch(address);
      const html = await page.text();
      const query = new URL(address).search;
      t.equal(page.status, 200);
      t.match(Object.fromEntries(page.headers), {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'private, no-cache',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex',
      });
      t.match(html, `property="og:video" content="${url}/recordings/${encodeURIComponent(name)}${query}"`);
      t.match(html, `property="og:image" content="${url}/posters/${encodeURIComponent(name)}${query}"`);
      t.match(html, 'property="og:title" content="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
      t.notMatch(html, '<script>alert');
      t.equal(html.match(/<title>/g)?.length, 1);
      t.equal(html.match(/name="description"/g)?.length, 1);
      t.match(html, /<script type="module"/, 'it is the client');
    }
  });

  await t.test('come with 404 where there is none, so that the client says so', async (t) => {
    for (const path of ['none.mp4', 'none', '..%2Fx.mp4', 'a/b.mp4'])
      for (const kind of ['watch', 'embed']) {
        const page = await fetch(`${url}/${kind}/${path}`);
        t.equal(page.status, 404, path);
        const html = await page.text();
        t.match(html, '<title>Reelroom</title>');
        t.notMatch(html, 'og:');
      }
  });

  await t.test('have nothing to play of a failed one', async (t) => {
    const page = await fetch(`${url}/watch/${failed}`);
    t.equal(page.status, 200);
    t.notMatch(await page.text(), 'og:');
  });

  await t.test('say what they may do, and who may show them in a frame', async (t) => {
    const { host } = new URL(config.livekit.url);
    const livekit = `'self' http://${host} ws://${host}`;
    t.match(policyOf(await fetch(link.url)), {
      'default-src': "'self'",
      'connect-src': livekit,
      'frame-ancestors': "'self'",
      'object-src': "'none'",
    });
    const embed = policyOf(await fetch(link.embedUrl));
    t.match(embed, {
      'default-src': "'self'",
      'frame-ancestors': "'self' https://intranet.example.com http://localhost:8080",
    });
    t.equal(embed['connect-src'], "'self'");
    for (const path of ['/', '/library', '/room/x']) {
      const page = await fetch(url + path, { headers: { accept: 'text/html' } });
      t.match(policyOf(page), { 'frame-ancestors': "'self'", 'connect-src': livekit }, path);
    }
  });

  await t.test('may be shown by nobody else by default, and by everyone', async (t) => {
    const plain = await serve(t, { ...config, port: 0, embed: { origins: [] } });
    t.match(policyOf(await fetch(`${plain.url}/embed/none.mp4`)), { 'frame-ancestors': "'self'" });
    const open = await serve(t, { ...config, port: 0, embed: { origins: ['*'] } });
    const page = await fetch(`${open.url}/embed/${encodeURIComponent(name)}`);
    t.match(policyOf(page), { 'frame-ancestors': '*' });
    t.match(await page.text(), 'name="twitter:card" content="player"');
  });
});
