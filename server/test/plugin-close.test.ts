import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import fastify from 'fastify';
import t, { type Test } from 'tap';
import { reelroom } from '../app.ts';
import { bucketOf, pluginOptions, testConfig } from './support/build.ts';

const size = 64 * 1024 * 1024;

/** An answer that has begun, and that nobody reads on. */
async function open(t: Test, url: string): Promise<void> {
  const asked = request(url, { agent: false }).end();
  t.teardown(() => asked.destroy());
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  if (!answer) throw new Error(`no answer from ${url}`);
  answer.on('error', () => undefined);
  await once(answer, 'readable');
}

for (const forceCloseConnections of [false, 'idle'] as const)
  t.test(
    `forceCloseConnections: ${forceCloseConnections}; the application closes while people watch`,
    async (t) => {
      const config = testConfig();
      await (await bucketOf(config)).put('recordings/a-RM_1-t.mp4', Buffer.alloc(size));
      const app = fastify({ forceCloseConnections });
      await app.register(reelroom, { prefix: '/video', ...pluginOptions(config) });
      const url = await app.listen({ port: 0 });

      await open(t, `${url}/video/recordings/a-RM_1-t.mp4`);
      await open(t, `${url}/video/trpc/recordings.changes`);
      await app.close();
      t.equal(app.server.listening, false);
    },
  );
