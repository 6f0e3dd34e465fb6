import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { basePath } from '../base-path.ts';
import type { Page } from './page.ts';
import type { AddressRefusal } from './refuse-address.ts';

/**
 * The built web client: its files, and for every other page address its `index.html`,
 * which then shows that page. Where it is not built there is none.
 * @param root the folder that Vite built
 */
export async function webClient(
  app: FastifyInstance,
  { root, page, refuseAddress }: { root: string; page: Page | undefined; refuseAddress: AddressRefusal },
): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', "frame-ancestors 'self'");
  });
  app.get('/recordings.html', (_request, reply) => reply.redirect(`${basePath(app)}/library`));

  if (!page) {
    app.log.warn(`the web client is not built: ${root} is missing`);
    // Fastify's own would log the address whole.
    app.setNotFoundHandler(refuseAddress);
    return;
  }
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
    return wantsPage ? sendPage(reply) : refuseAddress(request, reply);
  });
}
