import { randomBytes } from 'node:crypto';
import { createTRPCClient, httpLink } from '@trpc/client';
import t from 'tap';
import type { AppRouter } from '../app.ts';
import { bucketOf, freePort, serve, testConfig } from './support/build.ts';
import { listen } from './support/listen.ts';
import { startNginx } from './support/nginx.ts';
import { joinRoom } from './support/participant.ts';

const name = 'a-RM_1-2026-01-31T101530000.mp4';

t.test('below a path of nginx, which LiveKit is behind, too', async (t) => {
  const port = await freePort();
  const { url: origin } = await startNginx(
    t,
    // As docs/network.md has them.
    {
      locations: `
    location /video/ {
      proxy_pass http://127.0.0.1:${port}/video/;
    }
    location /livekit/ {
      proxy_pass ${testConfig().livekit.url.replace(/^ws/, 'http')}/;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection upgrade;
      proxy_read_timeout 1h;
    }`,
    },
  );
  const url = `${origin}/video`;
  const livekitUrl = `${origin.replace('http', 'ws')}/livekit`;
  const config = testConfig({
    ...{ SERVER_PORT: String(port), PUBLIC_URL: url, LIVEKIT_PUBLIC_URL: livekitUrl },
  });
  const video = randomBytes(100_000);
  await (await bucketOf(config)).put(`recordings/${name}`, video);
  await serve(t, config);
  const api = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });

  await t.test('the page loads, and all that it is made of', async (t) => {
    const page = await fetch(`${url}/`, { headers: { accept: 'text/html' } });
    t.equal(page.status, 200);
    const html = await page.text();
    const base = /<base href="([^"]*)"/.exec(html)?.[1] ?? '';
    t.equal(base, '/video/');
    const parts = [...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, path = '']) => path);
    t.ok(parts.length > 3);
    for (const part of parts) t.equal((await fetch(new URL(part, origin + base))).status, 200, part);
    t.equal((await fetch(`${url}/recordings.html`)).url, `${url}/library`);
  });

  await t.test('one joins', async (t) => {
    const grant = await api.tokens.create.mutate({ roomName: 'below a path', participantName: 'Ana' });
    t.equal(grant.livekitUrl, livekitUrl);
    const { leave } = await joinRoom(t, grant);
    await leave();
  });

  await t.test('a link leads to the video, which is sent in ranges', async (t) => {
    const { videoUrl, url: page } = await api.recordings.share.mutate({ name });
    t.ok(page.startsWith(`${url}/watch/`), page);
    t.equal((await fetch(page)).status, 200);
    const part = await fetch(videoUrl, { headers: { range: 'bytes=50000-59999' } });
    t.equal(part.status, 206);
    t.equal(part.headers.get('content-range'), 'bytes 50000-59999/100000');
    t.ok(Buffer.from(await part.arrayBuffer()).equals(video.subarray(50_000, 60_000)));
  });

  await t.test('changes come when they happen', async () => {
    const changes = await listen(t, url, 'recordings.changes', {});
    await changes.hears('"type":"reset"');
    await api.recordings.rename.mutate({ name, title: 'seen behind nginx' });
    await changes.hears('seen behind nginx');
    changes.leave();
  });
});
