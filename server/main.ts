import { setupSchema, type Setup } from '@reelroom/shared';
import fastify from 'fastify';
import { ConfigError, loadConfig, reelroom, type Config } from './app.ts';
import { keepBufferMemory } from './process-memory.ts';
import { refuseBadUrl } from './plugins/refuse-bad-url.ts';

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

keepBufferMemory();
const { port, host, logLevel, ...options } = readConfig();
const app = fastify({
  logger: { level: logLevel },
  // Fastify's own HEAD would read the whole video.
  exposeHeadRoutes: false,
  routerOptions: { onBadUrl: refuseBadUrl },
  // Open players must not hold up the end.
  forceCloseConnections: true,
  // A proxy near by, which ends TLS, says under which address people know us.
  trustProxy: 'loopback, linklocal, uniquelocal',
});

let setup: Setup = { parts: [] };
await app.register(reelroom, { ...options, setup: () => setup });

const end = () => void app.close().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);

// The launcher tells of the set-up; when it dies, so does the app.
process.on('message', (message) => {
  setup = setupSchema.parse(message);
});
process.once('disconnect', end);

try {
  await app.listen({ port, host });
} catch (error) {
  app.log.fatal(error instanceof Error ? error.message : error);
  process.exit(1);
}
