import { fileURLToPath } from 'node:url';
import cors from '@fastify/cors';
import type { Setup } from '@reelroom/shared';
import { fastifyTRPCPlugin, type FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import { startReconciler } from './features/recordings/reconciler.ts';
import { recordingRoutes } from './features/recordings/routes.ts';
import { videoRedirectRoutes, videoRoutes } from './features/recordings/video.ts';
import { workingFileRoutes } from './features/recordings/working-files.ts';
import { systemRoutes } from './features/system/routes.ts';
import { tokenRoutes } from './features/tokens/routes.ts';
import { webhookRoute } from './features/webhooks/route.ts';
import livekit from './plugins/livekit.ts';
import redis from './plugins/redis.ts';
import rest from './plugins/rest.ts';
import storage from './plugins/storage.ts';
import { webClient } from './plugins/web-client.ts';
import { appRouter, type AppRouter } from './router.ts';
import { createServices } from './services.ts';

export type { AppRouter } from './router.ts';
export { ConfigError, loadConfig, type Config } from './config.ts';

export interface ReelroomOptions {
  config: Config;
  /** What is still being set up around the app; nothing by default. */
  setup?: () => Setup;
}

const builtClient = fileURLToPath(new URL('../client/dist', import.meta.url));

/**
 * Reelroom as a Fastify plugin: `app.register(reelroom, { config })`. Registers its
 * API, its pages and its video; closes what it opened when the app closes.
 */
export async function reelroom(
  app: FastifyInstance,
  { config, setup = () => ({ parts: [] }) }: ReelroomOptions,
): Promise<void> {
  await app.register(cors, {
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    exposedHeaders: ['Content-Range', 'ETag'],
  });
  await app.register(rest);
  await app.register(livekit, { config });
  await app.register(storage, { config });
  await app.register(redis, { url: config.redisUrl });

  const services = createServices(app, config, setup);
  const stopReconciler = startReconciler({ ...services, log: app.log });
  // Whoever lists the recordings tries again what fails here.
  services.builder.whenBuilt(0).catch((error: unknown) => app.log.warn({ err: error }, 'no index yet'));
  app.addHook('onClose', async () => {
    await stopReconciler();
    await services.close();
  });

  await app.register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: {
      router: appRouter,
      createContext: () => services,
      onError({ error, path }) {
        if (error.code === 'INTERNAL_SERVER_ERROR' || error.code === 'SERVICE_UNAVAILABLE')
          app.log.error({ err: error.cause ?? error, path }, error.message);
      },
    },
  } satisfies FastifyTRPCPluginOptions<AppRouter>);
  await app.register(tokenRoutes, services);
  await app.register(recordingRoutes, services);
  if (config.recordings.isRedirected)
    await app.register(videoRedirectRoutes, { ...services, storage: app.storage });
  else await app.register(videoRoutes, { ...services, storage: app.storage, ...config.recordings });
  await app.register(workingFileRoutes, { storage: app.storage, path: config.recordings.path });
  await app.register(webhookRoute, { ...services, livekit: app.livekit });
  await app.register(systemRoutes, services);
  await app.register(webClient, { root: builtClient });
}
