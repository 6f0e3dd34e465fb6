import helmet from '@fastify/helmet';
import fp from 'fastify-plugin';

/** How long browsers ask for our name by TLS alone, in seconds: half a year. */
const hstsSeconds = 180 * 24 * 60 * 60;

/**
 * Security headers of all responses, by Helmet: among them no MIME sniffing (WHATWG Fetch, "nosniff"), no referrer
 * to other sites, and a page of ours shares no process with another site's.
 * @param publicUrl where people find us: by TLS alone from then on (RFC 6797) if that is how
 */
export default fp<{ publicUrl: string | undefined }>(
  async (app, { publicUrl }) => {
    await app.register(helmet, {
      // Each page has its own, by who asks (csp.ts), and says there who may frame it.
      contentSecurityPolicy: false,
      xFrameOptions: false,
      // Other sites' pages may show a shared recording in a player of theirs.
      crossOriginResourcePolicy: false,
      referrerPolicy: { policy: 'same-origin' },
      // Other names below ours are not ours to speak for.
      strictTransportSecurity: publicUrl?.startsWith('https:')
        ? { maxAge: hstsSeconds, includeSubDomains: false }
        : false,
    });
  },
  { name: 'reelroom-headers' },
);
