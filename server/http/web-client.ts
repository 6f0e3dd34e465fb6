import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { getAndHead } from './get-and-head.ts';
import type { Page } from './page.ts';
import { recorderPolicy, type PolicyFor } from './guards/csp.ts';
import type { AddressRefusal } from './not-found.ts';

/** Addresses of pages that the client shows by itself. */
const pages = ['/', '/library', '/library/', '/room/*'];

/** Whether the client takes HTML, as browsers do and whoever does not say what; a program asks for JSON alone. */
const takesHtml = ({ headers: { accept = '*/*' } }: FastifyRequest) =>
  /text\/\*|text\/html|\*\/\*/.test(accept);

/**
 * The built web client: its files, compressed ones where there are any, and its pages. An address that nothing
 * is at has the page with 404, which says so. Where it is not built there is none.
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
    refuseAddress,
  }: {
    root: string;
    base: string;
    page: Page | undefined;
    policyFor: PolicyFor;
    refuseAddress: AddressRefusal;
  },
): Promise<void> {
  // Fastify's own would log the address whole.
  app.setNotFoundHandler((request, reply) => refuseAddress(request, reply));
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
  for (const url of pages) getAndHead(app, url, {}, sendPage);
  // With a route for each file the rest is ours to answer.
  await app.register(fastifyStatic, {
    root,
    wildcard: false,
    // As it was built the page knows of no prefix; what is compressed stands in for what is not.
    globIgnore: ['index.html', '**/*.{br,gz}'],
    preCompressed: true,
    // The application around us may have a `reply.sendFile` of its own.
    decorateReply: false,
    index: false,
    setHeaders(response, path) {
      // Vite puts a hash of the content into the names of what it builds.
      const isHashed = path.includes('/assets/');
      response.header('cache-control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache');
      if (/\.html(?:\.br|\.gz)?$/.test(path)) response.header('content-security-policy', recorderPolicy);
    },
  });
  getAndHead(app, '/*', {}, (request, reply) => {
    if (!takesHtml(request) || refuseAddress.takesAnother(request)) return refuseAddress(request, reply);
    return sendPage(request, reply.code(404));
  });
}
