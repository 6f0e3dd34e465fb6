import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Setup } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
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
import { hideTokens } from './features/sharing/token.ts';
import { systemRoutes } from './features/system/routes.ts';
import { tokenRoutes } from './features/tokens/routes.ts';
import { watchRoutes } from './features/pages/routes.ts';
import { webhookRoute } from './features/webhooks/livekit.ts';
import { startJobs } from './jobs/runner.ts';
import { optionsSchema, parseConfig } from './config/options.ts';
import compress from './http/compress.ts';
import cors from './http/guards/cors.ts';
import headers from './http/guards/headers.ts';
import { redactRequests } from './http/guards/redact.ts';
import knownHosts from './http/guards/known-hosts.ts';
import { createLivekit } from './adapters/livekit/livekit.ts';
import openAnswers from './http/sending/open-responses.ts';
import openapi from './http/openapi.ts';
import { createPage } from './http/page.ts';
import { embedPolicy, pagePolicy, type PolicyFor } from './http/guards/csp.ts';
import { openRedis } from './adapters/redis/client.ts';
import { createAddressRefusal } from './http/not-found.ts';
import rest from './http/error-handler.ts';
import { bucketUrl } from './adapters/s3/presign.ts';
import { createPublicUrls } from './adapters/s3/public-urls.ts';
import { openStorage } from './adapters/s3/bucket.ts';
import stalledReaders from './http/sending/stalled-readers.ts';
import { createPublicAddress } from './http/base-url.ts';
import { trpc } from './http/trpc-plugin.ts';
import { contextOf } from './features/access/context.ts';
import { gateRoutes } from './features/access/gate.ts';
import { appRouter, type AppRouter, type Collaborators } from './router.ts';
import { webClient } from './http/web-client.ts';
import { createServices } from './services.ts';

export type { AppRouter } from './router.ts';
export { loadConfig, type Config } from './config/environment.ts';
export { ConfigError } from './config/options.ts';

/** What the plugin is told: see options.ts. */
export interface ReelroomOptions extends z.input<typeof optionsSchema> {
  /** What is still being set up around the app; nothing by default. */
  setup?: () => Setup;
}

/** The host name in a URL, if there is one. */
const hostOf = (url: string | undefined) => (url === undefined ? [] : [new URL(url).hostname]);

/** The options of `register` itself, which Fastify hands on. */
const fastifysOptions = ['prefix', 'logLevel', 'logSerializers'];

/** How long the start waits for the bucket to be made, in ms. */
const bucketMs = 2_000;

const builtClient = fileURLToPath(new URL('../client/dist', import.meta.url));

/**
 * Reelroom as a Fastify plugin: `app.register(reelroom, { prefix: '/video', livekit, s3, access })`.
 * Registers its API, its pages and its video below the prefix; closes what it opened when
 * the app closes.
 * @throws {ConfigError} with all mistakes in the options
 */
export async function reelroom(
  app: FastifyInstance,
  { setup = () => ({ parts: [] }), ...given }: ReelroomOptions,
): Promise<void> {
  const ours = Object.entries(given).filter(([name]) => !fastifysOptions.includes(name));
  const options = parseConfig(optionsSchema, Object.fromEntries(ours), (path) => path.join('.'));

  const { path: base, baseUrlOf } = createPublicAddress(app, options.publicUrl);

  redactRequests(app, hideTokens);
  gateRoutes(app);
  await app.register(rest);
  await app.register(headers);
  await app.register(openAnswers);
  await app.register(stalledReaders, { stalledMs: options.playback.stalledSeconds * 1_000 });
  if (options.hosts) {
    const own = [options.appUrl, options.publicUrl].flatMap(hostOf);
    await app.register(knownHosts, { hosts: [...options.hosts, ...own] });
  }
  // A proxy need not tell us its host: pages at our public address are ours.
  const ownOrigins = options.publicUrl === undefined ? [] : [new URL(options.publicUrl).origin];
  await app.register(cors, { origins: [...options.cors.origins, ...ownOrigins] });
  await app.register(compress);
  await app.register(openapi, { base });
  const refuseAddress = createAddressRefusal(app);
  const livekit = createLivekit(options, {
    ownUrl: () => (options.appUrl ?? app.listeningOrigin) + basePath(app),
    files: egressFiles(options.recordings.path),
  });
  const storage = openStorage(app, options);
  // So that whoever comes first meets with a bucket; an S3 that is not there yet is not waited for.
  if (options.s3.createBucket) await Promise.race([storage.check().catch(() => undefined), sleep(bucketMs)]);
  const redis = openRedis(app, options);
  const { mode, publicEndpoint } = options.playback;
  const publicUrl =
    mode === 'redirect' && publicEndpoint !== undefined
      ? createPublicUrls(storage.presignerAt(publicEndpoint))
      : undefined;
  const services = createServices({ livekit, storage, redis, log: app.log }, options, setup);
  const stopJobs = startJobs(services.jobs, { ...services, log: app.log });
  // Whoever lists the recordings tries again what fails here.
  services.builder.whenBuilt(0).catch((error: unknown) => app.log.warn({ err: error }, 'no index yet'));
  app.addHook('onClose', async () => {
    services.stop();
    await stopJobs();
    await services.close();
  });

  const collaborators: Collaborators = services;
  await app.register(trpc<AppRouter>, {
    router: appRouter,
    createContext: (request) => ({
      ...collaborators,
      ...contextOf(request.reelroomPrincipal, baseUrlOf(request)),
    }),
  });
  await app.register(tokenRoutes, services);
  await app.register(recordingRoutes, services);
  await app.register(libraryRoutes, services);
  // What is seen of a recording, by whoever may see it.
  await app.register(async (watched) => {
    watched.addHook('onRequest', checkLink(services));
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
  await app.register(systemRoutes, services);
  const page = existsSync(builtClient) ? createPage({ root: builtClient, base }) : undefined;
  const mediaOrigins =
    publicUrl && publicEndpoint ? [bucketUrl({ ...options.s3, endpoint: publicEndpoint }).origin] : [];
  const policyFor: PolicyFor = (request) => pagePolicy(livekit.urlFor(baseUrlOf(request)), mediaOrigins);
  if (page) {
    const { origins } = options.embed;
    const forEmbed = embedPolicy(origins, mediaOrigins);
    const policies = { watch: policyFor, embed: () => forEmbed };
    await app.register(watchRoutes, {
      ...services,
      page,
      baseUrlOf,
      policies,
      canEmbed: origins.includes('*'),
    });
  }
  await app.register(webClient, { root: builtClient, base, page, policyFor, refuseAddress });
}
