import type { FastifyRequest } from 'fastify';

/** CSP directives by name, with their sources. */
type Policy = Record<string, string[]>;

/** The Content-Security-Policy of a page, for the one who asks. */
export type PolicyFor = (request: Pick<FastifyRequest, 'protocol' | 'host'>) => string;

const self = "'self'";

/** What the built client is made of, and needs. */
interface Built {
  /** Other origins that serve video. */
  mediaOrigins: string[];
  /** The hashes of its inline styles (style-hashes.ts). */
  styleHashes: string[];
}

/** The directives of all our pages: hls.js needs blobs; there are no inline scripts. */
const basePolicy = ({ mediaOrigins, styleHashes }: Built): Policy => ({
  'default-src': [self],
  'img-src': [self, 'data:', 'blob:'],
  'media-src': [self, 'blob:', ...mediaOrigins],
  'worker-src': [self, 'blob:'],
  // What a script sets by the CSSOM, as Svelte does, is not inline.
  'style-src': [self, ...styleHashes.map((hash) => `'${hash}'`)],
  'object-src': ["'none'"],
  'base-uri': [self],
  'form-action': [self],
});

const serialise = (policy: Policy): string =>
  Object.entries(policy)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');

/**
 * The sources that a LiveKit client at `url` connects to: WebSocket, and HTTP, by which it learns why it was
 * refused. LiveKit Cloud redirects it to a region.
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
 * The Content-Security-Policy (CSP Level 3) of the pages. One policy for all: the client navigates from the
 * player or the library to a room without loading a page. No other site may frame them.
 */
export const pagePolicy = (livekitUrl: string, built: Built): string =>
  serialise({
    ...basePolicy(built),
    'connect-src': [self, ...livekitSources(livekitUrl), ...built.mediaOrigins],
    'frame-ancestors': [self],
  });

/** The policy of `/embed`, given the origins that may frame it; `*` are all. */
export const embedPolicy = (origins: string[], built: Built): string =>
  serialise({
    ...basePolicy(built),
    'connect-src': [self, ...built.mediaOrigins],
    'frame-ancestors': origins.includes('*') ? ['*'] : [self, ...origins],
  });

/** The policy of the recorder page, which gets LiveKit's URL from Egress. */
export const recorderPolicy: string = serialise({
  ...basePolicy({ mediaOrigins: [], styleHashes: [] }),
  'connect-src': [self, 'http:', 'https:', 'ws:', 'wss:'],
  'frame-ancestors': ["'none'"],
});

/** The policy of `/docs`, which sends requests: no other site may frame it (clickjacking). */
export const docsPolicy: string = serialise({
  'default-src': [self],
  'img-src': [self, 'data:'],
  'style-src': [self],
  'object-src': ["'none'"],
  'base-uri': [self],
  'form-action': [self],
  'frame-ancestors': [self],
});
