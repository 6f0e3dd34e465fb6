import { randomBytes } from 'node:crypto';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { startOwnStack } from '../server/test/support/own-stack.ts';
import { join, openBrowser, openPerson } from './support/browser.ts';
import { otherMachine } from './support/other-machine.ts';

t.setTimeout(300_000);

const record = async (page: Page) => {
  await page.getByRole('button', { name: 'Record', exact: true }).click();
  await page.getByText('being recorded').first().waitFor();
};

const untilPlayed = (page: Page) =>
  page.waitForFunction(() => {
    const video = document.querySelector('dialog video');
    return video instanceof HTMLVideoElement && video.currentTime > 0.3;
  });

t.test('from another machine one joins, sees others, records and watches', async (t) => {
  const { address, chromium } = await otherMachine(t);
  const secret = () => randomBytes(32).toString('hex');
  const theirs = await openBrowser(t, { program: chromium });

  const startAt = async (t: Test, host: string) => {
    const stack = await startOwnStack(t, {
      ...{ HOST: host, ACCESS: 'open', LIVEKIT_API_SECRET: secret(), S3_SECRET_KEY: secret() },
    });
    await stack.start('app');
    return { stack, url: `http://${address}:${stack.config.port}` };
  };

  await t.test('HOST=0.0.0.0: every address of this machine', async (t) => {
    const { stack, url } = await startAt(t, '0.0.0.0');
    const { page: ana } = await openPerson(t, theirs, url);
    const ours = await openBrowser(t);
    const { page: ben } = await openPerson(t, ours, `http://localhost:${stack.config.port}`);
    await join(ben, 'Ben', 'far');
    await join(ana, 'Ana', 'far');
    await ana.waitForFunction(() =>
      [...document.querySelectorAll('video')].some((one) => one.videoWidth > 0),
    );
    await record(ana);
    await ben.getByText('being recorded').first().waitFor();
    await ana.getByRole('button', { name: 'Stop recording' }).click();
    await ana.getByRole('button', { name: /^Play/ }).click();
    await untilPlayed(ana);
  });

  await t.test('HOST=ADDRESS: that one alone', async (t) => {
    const { stack, url } = await startAt(t, address);
    await t.rejects(fetch(`http://127.0.0.1:${stack.config.port}/healthz`));
    const { page: ana } = await openPerson(t, theirs, url);
    await join(ana, 'Ana', 'far');
    await record(ana);
  });
});
