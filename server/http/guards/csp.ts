import type { FastifyRequest } from 'fastify';

/** Directives of CSP by their names, with the sources that each allows. */
type Policy = Record<string, string[]>;

/** The Content-Security-Policy of a page, for the one who asks. */
export type PolicyFor = (request: Pick<FastifyRequest, 'protocol' | 'host'>) => string;

const self = "'self'";

/**
 * What every page of ours needs, and no more: hls.js works from blobs, and no script stands in the page.
 * @param mediaOrigins where video comes from, if not from us
 */
const everyPage = (mediaOrigins: string[]): Policy => ({
  'default-src': [self],
  'img-src': [self, 'data:', 'blob:'],
  'media-src': [self, 'blob:', ...mediaOrigins],
  'worker-src': [self, 'blob:'],
  // The components have their styles inside them.
  'style-src': [self, "'unsafe-inline'"],
  'object-src': ["'none'"],
  'base-uri': [self],
  'form-action': [self],
});

const written = (policy: Policy): string =>
  Object.entries(policy)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');

/**
 * Where a browser connects to that is sent to LiveKit at `url`: its WebSocket, and HTTP, by which its client
 * finds out why it was refused. LiveKit Cloud sends it on to a region.
 */
function livekitSources(url: string): string[] {
  const { host, hostname, port, protocol } = new URL(url);
  const [http, ws] = protocol === 'https:' || protocol === 'wss:' ? ['https', 'wss'] : ['http', 'ws'];
  // A host-source is no address of IPv6, nor may a name that the one who asks has made up add to the policy.
  const own = /^[\w.-]+$/.test(hostname) ? host : port && `*:${port}`;
  const hosts = hostname.endsWith('.livekit.cloud') ? [own, '*.livekit.cloud'] : own ? [own] : [];
  return hosts.flatMap((name) => [`${http}://${name}`, `${ws}://${name}`]);
}

/**
 * The Content-Security-Policy (CSP Level 3) of the pages: whoever watches, or looks through the library, may go on
 * to a room without leaving the page. No other site shows them in a frame.
 */
export const pagePolicy = (livekitUrl: string, mediaOrigins: string[]): string =>
  written({
    ...everyPage(mediaOrigins),
    'connect-src': [self, ...livekitSources(livekitUrl), ...mediaOrigins],
    'frame-ancestors': [self],
  });

/** That of `/embed`, given the origins whose pages may show it in a frame; `*` are all. */
export const embedPolicy = (origins: string[], mediaOrigins: string[]): string =>
  written({
    ...everyPage(mediaOrigins),
    'connect-src': [self, ...mediaOrigins],
    'frame-ancestors': origins.includes('*') ? ['*'] : [self, ...origins],
  });

/** That of the page that is recorded, to which Egress says where its LiveKit is. */
export const recorderPolicy: string = written({
  ...everyPage([]),
  'connect-src': [self, 'http:', 'https:', 'ws:', 'wss:'],
  'frame-ancestors': ["'none'"],
});

/** That of `/docs`, by which requests are made: no other site may show it in a frame, and have it clicked. */
export const docsPolicy: string = written({
  'default-src': [self],
  'img-src': [self, 'data:'],
  'style-src': [self, "'unsafe-inline'"],
  'object-src': ["'none'"],
  'base-uri': [self],
  'form-action': [self],
  'frame-ancestors': [self],
});
