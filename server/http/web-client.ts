import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getAndHead } from './get-and-head.ts';
import type { Page } from './page.ts';
import { recorderPolicy, type PolicyFor } from './guards/csp.ts';
import type { NotFoundHandler } from './not-found.ts';

/** Paths that the client routes itself. */
const clientRoutes = ['/', '/library', '/library/', '/room/*', '/sign-in', '/audit', '/keys'];

/** The client's HTML pages: the one that people see, and the one that Egress films. */
export type Pages = Record<'index' | 'recorder', Page>;

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
    pages,
    policyFor,
    notFoundHandler,
  }: {
    root: string;
    base: string;
    pages: Pages | undefined;
    policyFor: PolicyFor;
    notFoundHandler: NotFoundHandler;
  },
): Promise<void> {
  // Fastify's own handler would log the URL with its secrets.
  app.setNotFoundHandler((request, reply) => notFoundHandler(request, reply));
  getAndHead(app, '/recordings.html', {}, (_request, reply) => reply.redirect(`${base}/library`));
  if (!pages) {
    app.log.warn(`the web client is not built: ${root} is missing`);
    return;
  }

  const sendPage = (request: FastifyRequest, reply: FastifyReply) =>
    pages.index.send(
      request,
      reply.header('cache-control', 'no-cache').header('content-security-policy', policyFor(request)),
    );
  for (const url of clientRoutes) getAndHead(app, url, {}, sendPage);
  getAndHead(app, '/recorder.html', {}, (request, reply) =>
    pages.recorder.send(
      request,
      reply.header('cache-control', 'no-cache').header('content-security-policy', recorderPolicy),
    ),
  );
  // One route per file leaves all other paths to us.
  await app.register(fastifyStatic, {
    root,
    wildcard: false,
    // The pages as built have no prefix, and a language; precompressed files are served in place of the others.
    globIgnore: ['*.html', '**/*.{br,gz}'],
    preCompressed: true,
    // The host application may have its own `reply.sendFile`.
    decorateReply: false,
    index: false,
    setHeaders(response, path) {
      // Vite puts a content hash into the names of built files.
      const isHashed = path.includes('/assets/');
      response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  getAndHead(app, '/*', {}, (request, reply) => {
    if (!takesHtml(request) || notFoundHandler.allowsOtherMethods(request))
      return notFoundHandler(request, reply);
    return sendPage(request, reply.code(404));
  });
}
