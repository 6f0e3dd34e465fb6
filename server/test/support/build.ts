import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  DeleteObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { createTRPCClient, httpLink } from '@trpc/client';
import fastify, { type FastifyInstance } from 'fastify';
import { EgressClient, RoomServiceClient } from 'livekit-server-sdk';
import type { Test } from 'tap';
import { loadConfig, reelroom, type AppRouter, type Config } from '../../app.ts';
import { pluginOptions } from '../../config/environment.ts';
import { serverOptions } from '../../http/server.ts';
import { createLivekit } from '../../adapters/livekit/livekit.ts';
import { openRedis } from '../../adapters/redis/client.ts';
import { createS3Client } from '../../adapters/s3/client.ts';
import { openStorage } from '../../adapters/s3/bucket.ts';
import { egressFiles } from '../../bucket/layout.ts';
import { createServices } from '../../services.ts';
import { until } from './until.ts';

/** The stack's configuration, with a bucket that only this test has. */
export const testConfig = (environment: Record<string, string> = {}): Config =>
  loadConfig({
    ...process.env,
    LOG_LEVEL: 'silent',
    // Most tests of deletion are of what is gone for good.
    TRASH_DAYS: '0',
    S3_BUCKET: `test-${randomUUID()}`,
    S3_CREATE_BUCKET: 'on',
    ...environment,
  });

export { pluginOptions };

/** The app as `main.ts` makes it, not listening; closes itself when the test ends. */
export async function build(t: Test, config: Config = testConfig()): Promise<FastifyInstance> {
  const app = fastify(serverOptions(config));
  t.teardown(() => app.close());
  await app.register(reelroom, { ...pluginOptions(config), prefix: config.basePath });
  await app.ready();
  return app;
}

/** The app where LiveKit's webhooks and the recorder reach it, and a typed client of it. */
export async function serve(t: Test, config: Config = testConfig()) {
  const app = await build(t, config);
  const url = (await app.listen({ port: config.port, host: config.host })) + config.basePath;
  // The app before this one had the same port: connections to it that fetch kept fail once.
  await until('the app to answer', () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const trpc = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
  const post = (path: string, body: unknown) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  return { app, url, trpc, post, config };
}

/** The services of an app process that has nothing else: nobody asks it, it does nothing by itself. */
export async function buildServices(t: Test, config: Config) {
  const app = fastify();
  const services = createServices(
    {
      livekit: createLivekit(config, {
        ownUrl: () => config.appUrl,
        files: egressFiles(config.recordings.path),
      }),
      storage: openStorage(app, config),
      redis: openRedis(app, config),
      log: app.log,
    },
    config,
    () => ({ parts: [] }),
  );
  t.teardown(async () => {
    await services.close();
    await app.close();
  });
  return {
    ...services,
    /** Does once what a process does to the bucket by itself. */
    async sweep(): Promise<void> {
      for (const { needs, run } of services.jobs) if (needs.includes('storage')) await run();
    },
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address && typeof address === 'object' ? address.port : 0;
}

/** LiveKit's own clients, for what the app has no business doing. */
export function livekitClients({ livekit: { url, apiKey, apiSecret } }: Config) {
  return {
    rooms: new RoomServiceClient(url, apiKey, apiSecret),
    egress: new EgressClient(url, apiKey, apiSecret),
  };
}

/** An open room, with a name of its own unless `name` says it all; closed when the test ends. */
export async function openRoom(t: Test, config: Config, { name }: { name?: string } = {}) {
  const { rooms } = livekitClients(config);
  const room = await rooms.createRoom({
    name: name ?? `Équipe "A" 🎥 ${randomUUID().slice(0, 8)}`,
    emptyTimeout: 300,
  });
  t.teardown(() => rooms.deleteRoom(room.name).catch(() => undefined));
  return room;
}

/** The test's bucket, as any other program sees it. */
export async function bucketOf({ s3 }: Config) {
  const client = createS3Client(s3);
  // The app may have made it.
  await client.send(new CreateBucketCommand({ Bucket: s3.bucket })).catch((error: unknown) => {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  });
  return {
    put: (Key: string, body: string | Buffer) =>
      client.send(new PutObjectCommand({ Bucket: s3.bucket, Key, Body: Buffer.from(body) })),
    delete: (Key: string) => client.send(new DeleteObjectCommand({ Bucket: s3.bucket, Key })),
    /** All keys, but for the marks that the index is built, of the format, and that recordings were deleted. */
    async keys(Prefix = ''): Promise<string[]> {
      const keys: string[] = [];
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: s3.bucket, Prefix }))
        keys.push(...Contents.map(({ Key = '' }) => Key));
      return keys.filter((key) => !/\/\.reelroom\/(format$|deleted\/|index\/v1\/complete$)/.test(key));
    },
  };
}
