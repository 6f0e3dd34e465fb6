import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Setup } from '@reelroom/shared';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { egressFiles } from './bucket/layout.ts';
import { basePath } from './http/base-path.ts';
import { libraryRoutes } from './features/library/routes.ts';
import { recordingRoutes } from './features/recording/routes.ts';
import { thumbnailRoutes } from './features/playback/thumbnails.ts';
import { videoRedirectRoutes, videoRoutes } from './features/playback/video.ts';
import { workingFileRoutes } from './features/playback/live.ts';
import { zipRoutes } from './features/playback/zip.ts';
import { checkLink } from './features/sharing/check-link.ts';
import { checkListed } from './features/playback/check-listed.ts';
import { redactTokens } from './features/sharing/token.ts';
import { systemRoutes } from './features/system/routes.ts';
import { tokenRoutes } from './features/tokens/routes.ts';
import { watchRoutes } from './features/pages/routes.ts';
import { webhookRoute } from './features/webhooks/livekit.ts';
import { startJobs } from './jobs/runner.ts';
import { ConfigError, optionsSchema, parseConfig, type OptionPath } from './config/options.ts';
import { protectionProblems } from './config/protection.ts';
import compress from './http/compress.ts';
import cors from './http/guards/cors.ts';
import headers from './http/guards/headers.ts';
import { redactParameters, redactRequests } from './http/guards/redact.ts';
import knownHosts from './http/guards/known-hosts.ts';
import { createLivekit } from './adapters/livekit/livekit.ts';
import openResponses from './http/sending/open-responses.ts';
import openapi from './http/openapi.ts';
import { createPage } from './http/page.ts';
import { embedPolicy, pagePolicy, type PolicyFor } from './http/guards/csp.ts';
import { readStyleHashes } from './http/guards/style-hashes.ts';
import { openRedis } from './adapters/redis/client.ts';
import { createNotFoundHandler } from './http/not-found.ts';
import errorHandler from './http/error-handler.ts';
import { bucketUrl, createPublicUrls } from './adapters/s3/presign.ts';
import { openStorage } from './adapters/s3/bucket.ts';
import stalledReaders from './http/sending/stalled-readers.ts';
import { createPublicAddress } from './http/base-url.ts';
import { trpc } from './http/trpc-plugin.ts';
import { redactKeys } from './features/accounts/api-keys.ts';
import { auditEntry, type AuditedCall } from './features/access/audited.ts';
import { createAuthenticator } from './features/access/authenticate.ts';
import { contextOf } from './features/access/context.ts';
import { gateRoutes, requireRules } from './features/access/gate.ts';
import { createLimiter } from './features/access/limits.ts';
import { openidRoutes } from './features/access/openid-routes.ts';
import { createSessionCookies } from './features/accounts/session-cookie.ts';
import { createViewerCookies } from './features/accounts/viewer-cookie.ts';
import { createGuestCookies } from './features/admission/guest-cookie.ts';
import { createCounter } from './adapters/redis/counter.ts';
import { appRouter, type AppRouter, type Collaborators } from './router.ts';
import { webClient } from './http/web-client.ts';
import { createServices } from './services.ts';

export type { AppRouter } from './router.ts';
export { loadConfig, type Config } from './config/environment.ts';
export { ConfigError };

/** The plugin's options: see options.ts. */
export interface ReelroomOptions extends z.input<typeof optionsSchema> {
  /** The parts of the stack that are still being set up; none by default. */
  setup?: () => Setup;
}

/** The host name in a URL, if there is one. */
const hostOf = (url: string | undefined) => (url === undefined ? [] : [new URL(url).hostname]);

/** Options of `register` itself, which Fastify passes on to the plugin. */
const fastifysOptions = ['prefix', 'logLevel', 'logSerializers'];

/** How long start-up waits for the bucket to be created, in ms. */
const bucketMs = 2_000;

const builtClient = fileURLToPath(new URL('../client/dist', import.meta.url));

/**
 * Reelroom as a Fastify plugin: `app.register(reelroom, { prefix: '/video', livekit, s3, access })`. Creates
 * adapters and services, then registers guards, API, video and pages below the prefix, and starts the jobs;
 * all of it is closed with the app.
 * @throws {ConfigError} with all mistakes in the options
 */
export async function reelroom(
  app: FastifyInstance,
  { setup = () => ({ parts: [] }), ...given }: ReelroomOptions,
): Promise<void> {
  const ours = Object.entries(given).filter(([name]) => !fastifysOptions.includes(name));
  const nameOf = (path: OptionPath) => path.join('.');
  const options = parseConfig(optionsSchema, Object.fromEntries(ours), nameOf);
  const lacking = protectionProblems(options);
  if (lacking.length > 0)
    throw new ConfigError(lacking.map(({ path, message }) => `${nameOf(path)} ${message}`));

  const { path: base, baseUrlOf } = createPublicAddress(app, options.publicUrl);

  redactRequests(app, (text) => redactParameters(redactKeys(redactTokens(text))));
  requireRules(app);
  await app.register(errorHandler);
  await app.register(headers, { publicUrl: options.publicUrl });
  await app.register(openResponses);
  await app.register(stalledReaders, { stalledMs: options.playback.stalledSeconds * 1_000 });
  if (options.hosts) {
    const own = [options.appUrl, options.publicUrl].flatMap(hostOf);
    await app.register(knownHosts, { hosts: [...options.hosts, ...own] });
  }
  // A proxy need not tell us its host: pages at our public address are ours.
  const ownOrigins = options.publicUrl === undefined ? [] : [new URL(options.publicUrl).origin];
  await app.register(cors, { origins: [...options.cors.origins, ...ownOrigins] });
  const livekit = createLivekit(options, {
    ownUrl: () => (options.appUrl ?? app.listeningOrigin) + basePath(app),
    files: egressFiles(options.recordings.path),
  });
  const storage = openStorage(app, options);
  // The first request should find a bucket; start-up does not wait for an S3 that is down.
  if (options.s3.createBucket) await Promise.race([storage.check().catch(() => undefined), sleep(bucketMs)]);
  const redis = openRedis(app, options);
  const scope = `${options.s3.bucket}/${options.recordings.path}`;
  const countCall = await createLimiter(app, createCounter({ redis, scope, log: app.log }));
  app.addHook('preHandler', (request) => countCall(request, request.routeOptions.config.rule));
  const { mode, publicEndpoint } = options.playback;
  const publicUrl =
    mode === 'redirect' && publicEndpoint !== undefined
      ? createPublicUrls(storage.presignerAt(publicEndpoint))
      : undefined;
  const services = createServices({ livekit, storage, redis, log: app.log }, options, setup);
  const cookies = createSessionCookies({ sessions: services.sessions, baseUrlOf });
  const guests = createGuestCookies({ keys: services.guestKeys, baseUrlOf });
  const viewers = createViewerCookies({ keys: services.viewerKeys, baseUrlOf });
  const isOpen = options.access === 'open';
  const audit = (request: FastifyRequest, call: AuditedCall) =>
    services.auditLog.record(auditEntry(call, { principal: request.reelroomPrincipal, address: request.ip }));
  gateRoutes(app, {
    ...services,
    authenticate: createAuthenticator({
      ...{ ...services, isOpen, cookies, guests, viewers, ownOrigins },
      isInviteActive: ({ room, id }) => services.invites.isActive(room, id),
    }),
    renew: cookies.renew,
    audit,
  });
  await app.register(compress);
  await app.register(openapi, { base });
  const notFoundHandler = createNotFoundHandler(app);
  const jobs = startJobs(services.jobs, { ...services, log: app.log });
  // A later listing retries what fails here.
  services.builder.whenBuilt(0).catch((error: unknown) => app.log.warn({ err: error }, 'no index yet'));
  app.addHook('onClose', async () => {
    services.stop();
    await jobs.stop();
    await services.close();
  });

  const collaborators: Collaborators = services;
  await app.register(trpc<AppRouter>, {
    router: appRouter,
    createContext: (request, reply) => ({
      ...collaborators,
      ...contextOf(request.reelroomPrincipal, {
        access: services.access,
        baseUrl: baseUrlOf(request),
        grantOfLink: (name, token) => services.shares.grantOf(name, token, request.reelroomPrincipal.viewer),
        startSession: (account) => cookies.start(request, reply, account, { isByPassword: true }),
        keepGuest: (guest) => guests.keep(request, reply, guest),
        endSession: async (how) => {
          await cookies.end(request, reply, request.reelroomPrincipal.session, how);
          reply.header('set-cookie', viewers.forget(request));
        },
        countCall: (rule) => countCall(request, rule),
        audit: (call) => audit(request, call),
      }),
    }),
  });
  const { openid } = services;
  if (openid && !isOpen)
    await app.register(openidRoutes, { openid, cookies, viewers, baseUrlOf, base, audit });
  await app.register(tokenRoutes, services);
  await app.register(recordingRoutes, services);
  await app.register(libraryRoutes, services);
  // The files of a recording: a share link in the query must be valid.
  await app.register(async (watched) => {
    watched.decorateRequest('reelroomLink');
    watched.addHook('onRequest', checkLink(services));
    watched.addHook('preHandler', checkListed(services));
    if (publicUrl) await watched.register(videoRedirectRoutes, { ...services, publicUrl });
    else
      await watched.register(videoRoutes, {
        ...{ ...services, storage },
        portionSize: options.recordings.portionSize,
      });
    await watched.register(workingFileRoutes, { storage, path: options.recordings.path });
    await watched.register(thumbnailRoutes, { ...services, storage, path: options.recordings.path });
  });
  await app.register(zipRoutes, { ...services, storage });
  await app.register(webhookRoute, { ...services, livekit });
  await app.register(systemRoutes, { ...services, jobStatus: jobs.status });
  const pageOf = (name: string) => createPage({ root: builtClient, name, base });
  const pages = existsSync(builtClient)
    ? { index: pageOf('index'), recorder: pageOf('recorder') }
    : undefined;
  const mediaOrigins =
    publicUrl && publicEndpoint ? [bucketUrl({ ...options.s3, endpoint: publicEndpoint }).origin] : [];
  const built = { mediaOrigins, styleHashes: readStyleHashes(builtClient) };
  const policyFor: PolicyFor = (request) => pagePolicy(livekit.urlFor(baseUrlOf(request)), built);
  if (pages) {
    const { origins } = options.embed;
    const forEmbed = embedPolicy(origins, built);
    const policies = { watch: policyFor, embed: () => forEmbed };
    await app.register(watchRoutes, {
      ...services,
      page: pages.index,
      baseUrlOf,
      policies,
      canEmbed: origins.includes('*'),
    });
  }
  await app.register(webClient, { root: builtClient, base, pages, policyFor, notFoundHandler });
}
