import { createServer } from 'node:http';
import t, { type Test } from 'tap';
import { bucketOf, serve, testConfig } from '../server/test/support/build.ts';
import { until } from '../server/test/support/until.ts';
import { openBrowser } from './support/browser.ts';

const name = 'a-RM_1-t.mp4';

/** A site of somebody else's, whose page has another in an `<iframe>`. */
async function siteWith(t: Test, framed: () => string): Promise<string> {
  const server = createServer((_request, response) =>
    response.setHeader('content-type', 'text/html').end(`<iframe src="${framed()}"></iframe>`),
  );
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => void server.close());
  const at = server.address();
  if (!at || typeof at === 'string') throw new Error('the site has no port');
  return `http://127.0.0.1:${at.port}`;
}

t.test('other sites show the player in a frame as far as EMBED_ORIGINS says', async (t) => {
  const config = { ...testConfig(), port: 0 };
  const { put } = await bucketOf(config);
  await put(`recordings/${name}`, 'media');
  const browser = await openBrowser(t);

  for (const [path, allowed] of [
    ['embed', 'none'],
    ['embed', 'the site'],
    ['embed', 'another'],
    ['embed', 'all'],
    ['watch', 'all'],
  ] as const)
    await t.test(`${path}, allowed: ${allowed}`, async (t) => {
      let address = '';
      const site = await siteWith(t, () => address);
      const origins = { none: [], 'the site': [site], another: ['http://localhost:1'], all: ['*'] };
      const { url } = await serve(t, { ...config, embed: { origins: origins[allowed] } });
      address = `${url}/${path}/${name}`;
      const page = await browser.newPage();
      t.teardown(() => page.close());
      const refusals: string[] = [];
      page.on('console', (message) => {
        if (message.text().includes('frame-ancestors')) refusals.push(message.text());
      });
      await page.goto(site);
      const isShown = () => page.frames().some((frame) => frame.url() === address);
      await until('the frame to be shown or refused', async () => isShown() || refusals.length > 0);
      t.equal(isShown(), path === 'embed' && (allowed === 'the site' || allowed === 'all'));
    });
});
