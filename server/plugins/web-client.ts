import { existsSync } from 'node:fs';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { basePath } from '../base-path.ts';
import { createPage } from './page.ts';

/**
 * The built web client: its files, and for every other page address its `index.html`,
 * which then shows that page. Where it is not built there is none.
 * @param root the folder that Vite built
 */
export async function webClient(app: FastifyInstance, { root }: { root: string }): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', "frame-ancestors 'self'");
  });
  const base = basePath(app);
  app.get('/recordings.html', (_request, reply) => reply.redirect(`${base}/library`));

  const sendNothing = (request: FastifyRequest, reply: FastifyReply) =>
    reply.code(404).send({ errorMessage: `There is nothing at ${request.method} ${request.url}` });
  if (!existsSync(root)) {
    app.log.warn(`the web client is not built: ${root} is missing`);
    // Fastify's own would log the address whole.
    app.setNotFoundHandler(sendNothing);
    return;
  }
  const page = createPage({ root, base });
  const sendPage = (reply: FastifyReply) =>
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-cache').send(page());

  app.get('/', (_request, reply) => sendPage(reply));
  await app.register(fastifyStatic, {
    root,
    // The application around us may have a `reply.sendFile` of its own.
    decorateReply: false,
    index: false,
    // As it was built it knows of no prefix.
    allowedPath: (path) => path !== '/index.html',
    setHeaders(response, path) {
      // Vite puts a hash of the content into the names of what it builds.
      const isHashed = path.includes('/assets/');
      response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  app.setNotFoundHandler((request, reply) => {
    const wantsPage = request.method === 'GET' && request.headers.accept?.includes('text/html');
    return wantsPage ? sendPage(reply) : sendNothing(request, reply);
  });
}
