import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { createPage } from './page.ts';

/**
 * The built web client: its files, and for every other page address its `index.html`,
 * which then shows that page. Where it is not built there is none.
 * @param root the folder that Vite built
 */
export async function webClient(app: FastifyInstance, { root }: { root: string }): Promise<void> {
  app.get('/recordings.html', (_request, reply) => reply.redirect('/library'));

  if (!existsSync(root)) {
    app.log.warn(`the web client is not built: ${root} is missing`);
    app.setNotFoundHandler((request, reply) => app.refuseAddress(request, reply));
    return;
  }
  const page = createPage({ root });
  await app.register(fastifyStatic, {
    root,
    setHeaders(response, path) {
      // Vite puts a hash of the content into the names of what it builds.
      const isHashed = path.includes('/assets/');
      response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
    if (wantsPage)
      return reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page());
    return app.refuseAddress(request, reply);
  });
}
