/** Directives of CSP by their names, with the sources that each allows. */
type Policy = Record<string, string[]>;

const self = "'self'";

/**
 * What a page that plays a recording needs, and no more; hls.js works from blobs.
 * @param mediaOrigins where video comes from, if not from us
 */
const playing = (mediaOrigins: string[]): Policy => ({
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
 * The Content-Security-Policy (CSP Level 3) of `/watch`. Whoever watches may go on to a room
 * without leaving the page, and LiveKit may be at any address.
 */
export const watchPolicy = (mediaOrigins: string[]): string =>
  written({
    ...playing(mediaOrigins),
    'connect-src': [self, 'http:', 'https:', 'ws:', 'wss:'],
    'frame-ancestors': [self],
  });

/** That of `/embed`, given the origins whose pages may show it in a frame; `*` are all. */
export const embedPolicy = (origins: string[], mediaOrigins: string[]): string =>
  written({
    ...playing(mediaOrigins),
    'frame-ancestors': origins.includes('*') ? ['*'] : [self, ...origins],
  });
