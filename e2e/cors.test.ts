import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { bucketOf, openRoom, serve, testConfig } from '../server/test/support/build.ts';
import { makeMp4 } from '../server/test/support/segments.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';

/** The origin of a page that is not ours. */
async function otherOrigin(t: Test): Promise<string> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>Theirs</title>');
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
}

/** What the seed's front end, and a program that plays and listens, ask `url` for: what each came to. */
const callsFrom = (page: Page, url: string, roomName: string) =>
  page.evaluate(
    async ({ url, roomName }) => {
      const call = async (
        method: string,
        path: string,
        options: { headers?: object; body?: object } = {},
      ) => {
        try {
          const response = await fetch(url + path, {
            method,
            headers: { 'content-type': 'application/json', ...options.headers },
            ...(options.body && { body: JSON.stringify(options.body) }),
          });
          const range = response.headers.get('content-range');
          return `${response.status}${range === null ? '' : ` ${range}`}`;
        } catch {
          return 'refused';
        }
      };
      const listens = () =>
        new Promise<string>((resolve) => {
          const source = new EventSource(`${url}/trpc/recordings.changes`);
          const end = (outcome: string) => {
            source.close();
            resolve(outcome);
          };
          source.addEventListener('connected', () => end('connected'));
          source.onerror = () => end('refused');
        });
      const plays = () =>
        new Promise<string>((resolve) => {
          const video = document.createElement('video');
          video.crossOrigin = 'anonymous';
          video.onloadeddata = () => resolve('loaded');
          video.onerror = () => resolve('refused');
          video.src = `${url}/recordings/c-RM_1-t.mp4`;
          document.body.append(video);
        });
      return {
        token: await call('POST', '/token', { body: { roomName, participantName: 'Ana' } }),
        list: await call('GET', '/recordings'),
        stop: await call('POST', '/recordings/stop', { body: { roomName } }),
        range: await call('GET', '/recordings/a-RM_1-t.mp4', {
          headers: { range: 'bytes=-2', 'if-range': '"x"' },
        }),
        part: await call('GET', '/recordings/a-RM_1-t.mp4', { headers: { range: 'bytes=-2' } }),
        trpc: await call('GET', '/trpc/system.status'),
        listens: await listens(),
        plays: await plays(),
        delete: await call('DELETE', '/recordings/b-RM_1-t.mp4'),
      };
    },
    { url, roomName },
  );

const works = {
  token: '200',
  list: '200',
  stop: '409',
  range: '200',
  part: '206 bytes 3-4/5',
  trpc: '200',
  listens: 'connected',
  plays: 'loaded',
  delete: '200',
};
const refused = Object.fromEntries(Object.keys(works).map((call) => [call, 'refused']));

t.test('pages of other origins call us where they are allowed to', async (t) => {
  const browser = await openBrowser(t);
  const theirs = await otherOrigin(t);
  const another = await otherOrigin(t);
  const media = await makeMp4(t, 1);
  const from = async (origin: string, url: string, roomName: string) => {
    const { page } = await openPerson(t, browser, origin);
    await page.goto('/');
    return callsFrom(page, url, roomName);
  };
  for (const [CORS_ORIGINS, allowed, barred] of [
    ['', [theirs, another], []],
    ['*', [theirs], []],
    [`https://example.com, ${theirs}/`, [theirs], [another]],
  ] as const)
    await t.test(`CORS_ORIGINS: ${CORS_ORIGINS || 'not set'}`, async (t) => {
      const config = testConfig({ CORS_ORIGINS, SERVER_PORT: '0' });
      const { put, keys } = await bucketOf(config);
      await put('recordings/a-RM_1-t.mp4', 'video');
      await put('recordings/c-RM_1-t.mp4', media);
      const { name: roomName } = await openRoom(t, config);
      const { url } = await serve(t, config);
      await put('recordings/b-RM_1-t.mp4', 'video');
      for (const origin of barred) t.same(await from(origin, url, roomName), refused, `${origin} is refused`);
      t.ok((await keys()).includes('recordings/b-RM_1-t.mp4'), 'nothing was deleted');
      for (const origin of allowed) {
        await put('recordings/b-RM_1-t.mp4', 'video');
        t.same(await from(origin, url, roomName), works, `${origin} works`);
      }
      const { headers } = await fetch(`${url}/recordings`, { headers: { origin: theirs } });
      t.equal(headers.get('access-control-allow-credentials'), null, 'never with cookies');
    });
});

t.test('our own pages do nothing that their policy forbids', async (t) => {
  const browser = await openBrowser(t);
  const config = testConfig({ SERVER_PORT: '0' });
  await (await bucketOf(config)).put('recordings/a-RM_1-t.mp4', await makeMp4(t, 1));
  const { url } = await serve(t, config);
  // Whatever is against it is said on the console, and fails the test.
  const { page } = await openPerson(t, browser, url);
  for (const path of ['/watch', '/embed']) {
    await page.goto(`${path}/a-RM_1-t.mp4`);
    await page.waitForFunction(() => (document.querySelector('video')?.readyState ?? 0) >= 2);
  }
  await page.goto('/library');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.goto('/nothing');
  await page.getByText('Page not found').waitFor();
  await page.goto('/docs');
  await page.getByText('Starts recording a room').waitFor();
  await join(page, 'Ana', `policy ${Date.now()}`);
  await page.locator('video').first().waitFor();
});
