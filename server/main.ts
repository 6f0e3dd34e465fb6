import { setupSchema, type Setup } from '@reelroom/shared';
import fastify from 'fastify';
import { ConfigError, loadConfig, reelroom, type Config } from './app.ts';
import { pluginOptions } from './config.ts';
import { serverOptions } from './http-server.ts';
import { keepBufferMemory } from './process-memory.ts';

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
const config = readConfig();
const { port, host } = config;
const app = fastify(serverOptions(config));

let setup: Setup = { parts: [] };
await app.register(reelroom, { ...pluginOptions(config), setup: () => setup });

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
