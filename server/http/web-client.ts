import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getAndHead } from './get-and-head.ts';
import type { Page } from './page.ts';
import { recorderPolicy, type PolicyFor } from './guards/csp.ts';
import type { NotFoundHandler } from './not-found.ts';

/** Paths that the client routes itself. */
const clientRoutes = ['/', '/library', '/library/', '/room/*', '/sign-in', '/audit', '/keys'];

/** Whether the request accepts HTML: browsers do, as does a missing Accept; programs ask for JSON alone. */
const takesHtml = ({ headers: { accept = '*/*' } }: FastifyRequest) =>
  /text\/\*|text\/html|\*\/\*/.test(accept);

/**
 * The built web client: its files, precompressed where possible, and its pages. An unknown path gets the page
 * with 404. Without a build only errors are served.
 * @param root the folder that Vite built
 * @param base the path that addresses of the pages begin with, for people
 * @param policyFor the Content-Security-Policy of the pages, for the one who asks
 */
export async function webClient(
  app: FastifyInstance,
  {
    root,
    base,
    page,
    policyFor,
    notFoundHandler,
  }: {
    root: string;
    base: string;
    page: Page | undefined;
    policyFor: PolicyFor;
    notFoundHandler: NotFoundHandler;
  },
): Promise<void> {
  // Fastify's own handler would log the URL with its secrets.
  app.setNotFoundHandler((request, reply) => notFoundHandler(request, reply));
  getAndHead(app, '/recordings.html', {}, (_request, reply) => reply.redirect(`${base}/library`));
  if (!page) {
    app.log.warn(`the web client is not built: ${root} is missing`);
    return;
  }

  const sendPage = (request: FastifyRequest, reply: FastifyReply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'no-cache')
      .header('content-security-policy', policyFor(request))
      .send(page());
  for (const url of clientRoutes) getAndHead(app, url, {}, sendPage);
  // One route per file leaves all other paths to us.
  await app.register(fastifyStatic, {
    root,
    wildcard: false,
    // The page as built has no prefix; precompressed files are served in place of the others.
    globIgnore: ['index.html', '**/*.{br,gz}'],
    preCompressed: true,
    // The host application may have its own `reply.sendFile`.
    decorateReply: false,
    index: false,
    setHeaders(response, path) {
      // Vite puts a content hash into the names of built files.
      const isHashed = path.includes('/assets/');
      response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (/\.html(?:\.br|\.gz)?$/.test(path)) response.header('content-security-policy', recorderPolicy);
    },
  });
  getAndHead(app, '/*', {}, (request, reply) => {
    if (!takesHtml(request) || notFoundHandler.allowsOtherMethods(request))
      return notFoundHandler(request, reply);
    return sendPage(request, reply.code(404));
  });
}
