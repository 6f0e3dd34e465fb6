import { createTRPCClient, httpLink } from '@trpc/client';
import t, { type Test } from 'tap';
import type { AppRouter } from '../app.ts';
import { build, bucketOf, testConfig } from './support/build.ts';

const name = 'a-RM_1-2026-01-31T101530000.mp4';
const publicUrl = 'https://rooms.example/video';

/** The app with a recording, known to people by another address than the one it is asked at. */
async function publicApp(t: Test, options: { publicUrl?: string; basePath?: string }) {
  const config = { ...testConfig(), ...options, port: 0 };
  const { put } = await bucketOf(config);
  await put(`recordings/${name}`, 'media');
  const described = {
    ...{ id: 'EG_1', name, roomName: 'a', roomId: 'RM_1', startedAt: 1_769_854_530_000, size: 5 },
    ...{ durationMs: 83_000, width: 1_280, height: 720, status: 'ready', endedBy: 'stop' },
  };
  const manifest = { egress_id: 'EG_1', room_id: 'RM_1', room_name: 'a', started_at: 1 };
  await put(`recordings/${name}.json`, JSON.stringify({ ...manifest, reelroom: described }));
  const app = await build(t, config);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const api = createTRPCClient<AppRouter>({
    links: [httpLink({ url: `${url}${config.basePath}/trpc` })],
  });
  return { app, api, base: config.basePath };
}

t.test('links and pages begin with PUBLIC_URL, whoever asks, and by whatever address', async (t) => {
  for (const [where, basePath] of [
    ['a proxy that hands on the path', '/video'],
    ['a proxy that takes the path away', ''],
  ] as const)
    await t.test(where, async (t) => {
      const { app, api, base } = await publicApp(t, { publicUrl, basePath });
      const link = await api.recordings.share.mutate({ name });
      t.ok(link.url.startsWith(`${publicUrl}/watch/${name}?share=`), link.url);
      t.ok(link.embedUrl.startsWith(`${publicUrl}/embed/`), link.embedUrl);
      t.ok(link.videoUrl.startsWith(`${publicUrl}/recordings/`), link.videoUrl);
      t.match(await api.recordings.shares.query({ name }), [{ url: link.url }]);

      const { body } = await app.inject(`${base}/watch/${name}`);
      t.match(body, '<base href="/video/" />');
      t.match(body, `property="og:url" content="${publicUrl}/watch/${name}"`);
      t.match(body, `property="og:video:secure_url" content="${publicUrl}/recordings/${name}"`);
      t.match(await app.inject(`${base}/recordings.html`), {
        statusCode: 302,
        headers: { location: '/video/library' },
      });
      t.match((await app.inject(`${base}/openapi.json`)).json(), { servers: [{ url: '/video' }] });
    });
});

t.test('the host and the origin of PUBLIC_URL are ours, whatever a proxy makes of Host', async (t) => {
  const { app } = await publicApp(t, { publicUrl, basePath: '' });
  const ask = (headers: Record<string, string>) =>
    app.inject({ method: 'POST', url: '/recordings/stop', headers, payload: { roomName: 'none' } });
  const allowed = 'RECORDING_NOT_STARTED';
  for (const [headers, code] of [
    [{ host: 'rooms.example', origin: 'https://rooms.example' }, allowed],
    // As nginx has it by default.
    [{ host: '127.0.0.1:6080', origin: 'https://rooms.example' }, allowed],
    [{ host: '127.0.0.1:6080', origin: 'https://evil.example' }, 'ORIGIN_NOT_ALLOWED'],
    [{ host: '127.0.0.1:6080', origin: 'https://rooms.example:444' }, 'ORIGIN_NOT_ALLOWED'],
    [{ host: 'evil.example', origin: 'https://rooms.example' }, 'HOST_NOT_ALLOWED'],
  ] as const)
    t.match((await ask(headers)).json(), { code }, JSON.stringify(headers));
});

t.test('below BASE_PATH alone links begin as the request did', async (t) => {
  const { app, api } = await publicApp(t, { basePath: '/below/video' });
  const link = await api.recordings.share.mutate({ name });
  t.match(new URL(link.url).pathname, `/below/video/watch/${name}`);
  t.match((await app.inject('/below/video')).body, '<base href="/below/video/" />');
  t.equal((await app.inject('/library')).statusCode, 404);
});
