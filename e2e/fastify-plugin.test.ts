import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { bucketOf, freePort, testConfig } from '../server/test/support/build.ts';
import { makeMp4 } from '../server/test/support/segments.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser, openPerson } from './support/browser.ts';

t.setTimeout(180_000);

const root = fileURLToPath(new URL('..', import.meta.url));

/** The example as its README has it run, on a stack that is there. */
async function runExample(t: Test, bucket: string) {
  const readme = readFileSync(`${root}/examples/fastify-plugin/README.md`, 'utf8');
  const [, commands = ''] = /```sh\n(.*?)```/s.exec(readme) ?? [];
  const port = await freePort();
  const child = spawn('sh', ['-e', '-c', commands.trim().replace(/\n(?=.*$)/, '\nexec ')], {
    cwd: root,
    env: { ...process.env, PORT: String(port), S3_BUCKET: bucket },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  let log = '';
  child.stdout.on('data', (chunk) => (log += chunk));
  const url = `http://localhost:${port}`;
  await until('the example to listen', async () => log.includes('Server listening'), 60_000);
  return {
    url,
    /** What was asked of it, and its answer's status, each a line `GET /path 200`. */
    answers(): string[] {
      const lines = log.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
      const asked = new Map(lines.map(({ reqId, req }) => [reqId, req] as const).filter(([, req]) => req));
      return lines
        .filter(({ res }) => res)
        .map(({ reqId, res }) => {
          const { method, url = '' } = asked.get(reqId) ?? {};
          return `${method} ${String(url).split('?')[0]} ${res.statusCode}`;
        });
    },
    /** Tells it to end: its exit code. */
    async end(): Promise<unknown> {
      child.kill('SIGTERM');
      return (await ended)[0];
    },
  };
}

/** What a page asks for in vain. */
function watchFailures(page: Page): string[] {
  const failures: string[] = [];
  page.on('response', (response) => {
    if (response.status() >= 400) failures.push(`${response.status()} ${response.url()}`);
  });
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // A page that is left, and a player that jumps, give up what they asked for.
    if (why !== 'net::ERR_ABORTED') failures.push(`${why} ${request.url()}`);
  });
  return failures;
}

t.test('the example, as its README has it run', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const name = 'stand-up-RM_1-2026-06-30T120000.mp4';
  await put(`recordings/${name}`, await makeMp4(t, 4));
  const example = await runExample(t, config.s3.bucket);
  const { url } = example;
  const browser = await openBrowser(t);
  const { page, context } = await openPerson(t, browser, url);
  const failures = watchFailures(page);
  const list = page.getByRole('list', { name: 'Recordings' });

  await t.test('its sign-in guards us', async (t) => {
    const status = async (headers = {}) => (await fetch(`${url}/video/recordings`, { headers })).status;
    t.equal(await status(), 401);
    t.equal(await status({ authorization: 'Bearer sesame' }), 200);
    await page.goto('/sign-in');
    await page.getByRole('link', { name: 'Video calls' }).click();
    await page.getByRole('textbox', { name: 'Your name' }).waitFor();
    t.equal(page.url(), `${url}/video/`);
  });

  await t.test('its pages lead to each other, reload, and ask for nothing in vain', async (t) => {
    await page.getByRole('link', { name: 'Library' }).click();
    await list.getByRole('listitem').first().waitFor();
    t.equal(page.url(), `${url}/video/library`);
    await page.reload();
    await list.getByRole('listitem').first().waitFor();
    await page.goto('/video/room/stand-up');
    await page.getByRole('textbox', { name: 'Your name' }).waitFor();
    t.equal(page.url(), `${url}/video/?roomName=stand-up`);
    await page.goto('/video/recordings.html');
    await list.getByRole('listitem').first().waitFor();
    t.same(failures, []);
  });

  await t.test('a recording plays', async (t) => {
    await list.getByRole('button', { name: /^Play/ }).click();
    await page.waitForFunction(() => {
      const video = document.querySelector('video');
      return video && !video.paused && video.currentTime > 0.5;
    });
    const source = await page.locator('video').evaluate((video: HTMLVideoElement) => video.currentSrc);
    t.ok(source.startsWith(`${url}/video/recordings/${name}`), source);
    await page.keyboard.press('Escape');
    t.same(failures, []);
  });

  await t.test('a call is recorded, its page and its webhooks below the prefix', async (t) => {
    await page.goto('/video/');
    await page.getByRole('textbox', { name: 'Your name' }).fill('Ana');
    await page.getByRole('textbox', { name: 'Room' }).fill('planning');
    await page.getByRole('button', { name: 'Join' }).click();
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    await page.getByText('being recorded').first().waitFor();
    t.equal(page.url(), `${url}/video/room/planning`);
    // What is recorded has to have a length.
    await sleep(4_000);
    await page.getByRole('button', { name: 'Stop recording' }).click();
    await list.getByRole('listitem').first().waitFor();
    await page.getByRole('button', { name: 'Leave' }).click();
    const answers = example.answers();
    t.ok(answers.includes('GET /video/recorder.html 200'), 'the recorder came');
    t.ok(answers.includes('POST /video/livekit/webhook 200'), 'LiveKit told of it');

    const recordings = await (
      await fetch(`${url}/video/recordings?roomName=planning`, {
        headers: { authorization: 'Bearer sesame' },
      })
    ).json();
    t.match(recordings, { recordings: [{ roomName: 'planning', status: 'ready' }] });
    t.same(failures, []);
  });

  await t.test('it ends by itself while a page is open that listens to it', async (t) => {
    await page.goto('/video/library');
    await list.getByRole('listitem').first().waitFor();
    t.equal(await example.end(), 0);
    await context.close();
  });
});
