import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { freePort, serve } from '../server/test/support/build.ts';
import { startNginx } from '../server/test/support/nginx.ts';
import { passwords, protectedConfig } from '../server/test/support/protected.ts';
import { untilShown } from '../server/test/support/recording.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(240_000);

const run = promisify(execFile);
const host = 'rooms.example.com';

t.test('a protected server behind nginx with TLS, as docs/network.md has it', async (t) => {
  const folder = await mkdtemp(joinPath(tmpdir(), 'reelroom-tls-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const [certificate, key] = [joinPath(folder, 'fullchain.pem'), joinPath(folder, 'privkey.pem')];
  await run('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${host}`],
    ...['-out', certificate, '-keyout', key],
  ]);
  const [port, httpsPort] = [await freePort(), await freePort()];
  const origin = `https://${host}:${httpsPort}`;
  const config = await protectedConfig({
    SERVER_PORT: String(port),
    APP_URL: `http://127.0.0.1:${port}`,
    PUBLIC_URL: origin,
    LIVEKIT_PUBLIC_URL: `${origin.replace('https', 'wss')}/livekit`,
  });
  const documented = /```nginx\n(server \{\n {2}listen 443[^]*?\n\})\n```/.exec(
    await readFile('docs/network.md', 'utf8'),
  )?.[1];
  const server = (documented ?? '')
    .replace('listen 443 ssl', `listen 127.0.0.1:${httpsPort} ssl`)
    .replace(/\S+fullchain\.pem/, certificate)
    .replace(/\S+privkey\.pem/, key)
    .replace('127.0.0.1:6080', `127.0.0.1:${port}`)
    .replace('127.0.0.1:7880', new URL(config.livekit.url).host);
  t.match(server, `127.0.0.1:${httpsPort} ssl`);
  await serve(t, config);
  await startNginx(t, { servers: server });

  const browser = await openBrowser(t, { args: [`--host-resolver-rules=MAP ${host} 127.0.0.1`] });
  const { page, context } = await openPerson(t, browser, origin, { ignoreHTTPSErrors: true });
  await page.goto('/sign-in');
  await page.getByRole('textbox', { name: 'Name' }).fill('ana');
  await page.getByRole('textbox', { name: 'Password' }).fill(passwords.ana);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.waitForURL((address) => address.pathname !== '/sign-in');
  t.match(
    (await context.cookies()).map(({ name, secure, httpOnly, sameSite, path }) => [
      ...[name, secure, httpOnly, sameSite, path],
    ]),
    [['__Host-reelroom', true, true, 'Lax', '/']],
  );

  await join(page, 'Ana', 'behind nginx');
  await page.waitForFunction(() => [...document.querySelectorAll('video')].some((one) => one.videoWidth > 0));
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByText('This room is being recorded').waitFor();
  await untilShown(config, 'behind nginx', 'recording');
  await page.getByRole('button', { name: 'Stop recording' }).click();
  await page.getByRole('button', { name: /^Play/ }).click();
  await page.waitForFunction(() => {
    const video = document.querySelector('dialog video');
    return video instanceof HTMLVideoElement && video.currentTime > 0.3;
  });
});
