import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { binaries, createBuilder, goVersion } from '../../../stack/programs/binaries.ts';
import { claimDataFolder, releaseDataFolder } from '../../../stack/processes/data-folder.ts';
import { end, processesOf } from '../../../stack/processes/leftovers.ts';
import {
  appPart,
  egressPart,
  livekitPart,
  pulsePart,
  redisPart,
  s3Part,
} from '../../../stack/processes/parts.ts';
import { privateSettings } from '../../../stack/lib/private-settings.ts';
import { type Part, type PartSpec, startPart } from '../../../stack/processes/process.ts';

type Name = 'redis' | 's3' | 'livekit' | 'pulseaudio' | 'egress' | 'app';

/**
 * A whole stack that is the test's own, so that each of its parts can be killed and
 * started again; it ends with the test. The app is not started: a test has it in its own
 * process, or starts it as one that can be killed, too.
 */
export async function startOwnStack(t: Test, environment: Record<string, string> = {}) {
  const data = mkdtempSync(join(tmpdir(), 'reelroom-own-'));
  const settings = await privateSettings(data, { LOG_LEVEL: 'silent', ...environment });
  // Of the stack that all tests share, which our own environment tells.
  settings.env.APP_URL = settings.config.appUrl;
  t.teardown(async () => {
    await end(processesOf(data));
    await Promise.all([...running.values()].map(({ ended }) => ended));
    releaseDataFolder(settings);
    rmSync(data, { recursive: true, force: true });
  });
  await claimDataFolder(settings);

  const { signal } = new AbortController();
  const build = createBuilder(settings, await goVersion(settings, signal), signal);
  const nothing = () => undefined;
  const specs: Record<Name, PartSpec> = {
    redis: redisPart(settings),
    s3: s3Part(settings, await build(binaries.s3, nothing)),
    livekit: livekitPart(settings, await build(binaries.livekit, nothing), true),
    pulseaudio: pulsePart(settings),
    egress: egressPart(settings, await build(binaries.egress, nothing)),
    app: appPart(settings),
  };
  const running = new Map<Name, Part>();

  async function start(name: Name, env: Record<string, string> = {}): Promise<void> {
    const part = startPart({ ...specs[name], env: { ...specs[name].env, ...env } }, data);
    running.set(name, part);
    await part.up;
  }

  await start('redis');
  await Promise.all([start('s3'), start('livekit'), start('pulseaudio')]);
  await start('egress');

  /** Kills a part, and with the recorder also what it has started: its machine is gone. */
  async function kill(name: Name): Promise<void> {
    process.kill(-Number(readFileSync(join(data, 'run', `${name}.pid`), 'utf8')), 'SIGKILL');
    await running.get(name)?.ended;
  }

  return {
    config: settings.config,
    redisPort: settings.ports.redis,
    start,
    kill,

    /** Ends a part as its operator would. */
    stop: async (name: Name) => running.get(name)?.stop(),

    /** Has Redis restarted with all that it knew gone. */
    async emptyRedis(): Promise<void> {
      await kill('redis');
      rmSync(join(settings.runtime, 'appendonlydir'), { recursive: true });
      await start('redis');
    },

    /** What a part has written so far. */
    log: (name: Name): string => readFileSync(join(data, 'logs', `${name}.log`), 'utf8'),
  };
}
