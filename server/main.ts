import { setupSchema, type Setup } from '@reelroom/shared';
import fastify from 'fastify';
import { ConfigError, loadConfig, reelroom, type Config } from './app.ts';
import { pluginOptions } from './config/environment.ts';
import { serverOptions } from './http/server.ts';

/** How long jobs and open responses have to end after an uncaught error, in ms. */
const grace = 5_000;

function readConfig(): Config {
  try {
    return loadConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const config = readConfig();
const { port, host, basePath } = config;
const app = fastify(serverOptions(config));

const end = () => void app.close().then(() => process.exit(0));
process.once('SIGINT', end);
process.once('SIGTERM', end);

// The process's state is unknown then: a supervisor starts a clean one. Unhandled rejections arrive here,
// too.
process.on('uncaughtException', (error, origin) => {
  app.log.fatal({ err: error, origin }, 'The process ends after an uncaught error');
  process.exitCode = 1;
  setTimeout(() => process.exit(1), grace).unref();
  void app.close().finally(() => process.exit(1));
});

let setup: Setup = { parts: [] };
await app.register(reelroom, { ...pluginOptions(config), prefix: basePath, setup: () => setup });

// The launcher sends the state of the set-up; when it dies, so does the app. Other supervisors (PM2, cluster)
// send other messages.
process.on('message', (message) => {
  const { data } = setupSchema.safeParse(message);
  if (data) setup = data;
});
process.once('disconnect', end);

try {
  await app.listen({ port, host });
} catch (error) {
  app.log.fatal(error instanceof Error ? error.message : error);
  process.exit(1);
}
