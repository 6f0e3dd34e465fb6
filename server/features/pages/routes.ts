import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PublicAddress } from '../../http/base-url.ts';
import { toReelroomError } from '../../lib/errors.ts';
import type { PolicyFor } from '../../http/guards/csp.ts';
import { getAndHead } from '../../http/get-and-head.ts';
import type { Page } from '../../http/page.ts';
import type { Access } from '../access/access.ts';
import { withGrant } from '../access/principal.ts';
import type { Library } from '../library/recordings.ts';
import { recordingNameOf } from '../../http/params.ts';
import { tokenIn } from '../sharing/check-link.ts';
import type { Shares } from '../sharing/links.ts';
import { watchUrls } from '../sharing/urls.ts';
import { headTags } from './head-tags.ts';

interface Route {
  Params: { '*': string };
}
type Request = FastifyRequest<Route>;

/**
 * `GET /watch/:recordingName` and `/embed/:recordingName`: the web client's page, which plays the recording,
 * with head tags for link previews. With an invalid link, without such a recording, and for who may not play it, the page has the
 * error's status and no tags. Two S3 requests, and one for a link.
 * @param policies the Content-Security-Policy of each, for the one who asks
 * @param canEmbed whether every site may frame `/embed`
 */
export async function watchRoutes(
  app: FastifyInstance,
  {
    library,
    shares,
    access,
    page,
    baseUrlOf,
    policies,
    canEmbed,
  }: {
    library: Pick<Library, 'get'>;
    shares: Pick<Shares, 'grantOf' | 'check' | 'inPart'>;
    access: Pick<Access, 'assert'>;
    page: Page;
    baseUrlOf: PublicAddress['baseUrlOf'];
    policies: Record<'watch' | 'embed', PolicyFor>;
    canEmbed: boolean;
  },
): Promise<void> {
  async function headFor(request: Request): Promise<string | undefined> {
    const name = recordingNameOf(request.params);
    const token = tokenIn(request.query);
    const { reelroomPrincipal: asked } = request;
    const { viewer } = asked;
    const grant = token === undefined ? undefined : await shares.grantOf(name, token, viewer);
    const link = token === undefined ? undefined : await shares.check(name, token, { viewer });
    const principal = grant ? withGrant(asked, grant) : asked;
    await access.assert(principal, 'play', { kind: 'recordings', names: [name] });
    const recording = await shares.inPart(await library.get(name), link?.part);
    if (recording.status !== 'ready') return undefined;
    const urls = watchUrls(baseUrlOf(request), name, token);
    return headTags({ recording, urls, canEmbed });
  }

  async function send(request: Request, reply: FastifyReply, policyFor: PolicyFor): Promise<FastifyReply> {
    reply
      .type('text/html; charset=utf-8')
      .header('cache-control', 'private, no-cache')
      .header('content-security-policy', policyFor(request))
      // The URL may carry a share token: keep it out of search indexes and Referer headers.
      .header('referrer-policy', 'no-referrer')
      .header('x-robots-tag', 'noindex');
    try {
      return reply.send(page(await headFor(request)));
    } catch (error) {
      const known = toReelroomError(error);
      if (known.status >= 500) request.log.error({ err: error }, known.message);
      return reply.code(known.status).send(page());
    }
  }

  for (const kind of ['watch', 'embed'] as const)
    getAndHead<Route>(app, `/${kind}/*`, {}, (request, reply) => send(request, reply, policies[kind]));
}
