import type { Setup, SystemStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { storageNewer, toReelroomError } from '../../errors.ts';
import type { FormatWatch } from '../recordings/format.ts';

/** What the app leans on: `check` throws when it is away. */
interface Dependency {
  check(): Promise<void>;
}

/** Whether what the app leans on is there, and what the launcher is still setting up. */
export function createSystem({
  livekit,
  storage,
  format,
  setup,
  retentionDays,
  log,
}: {
  livekit: Dependency;
  storage: Dependency;
  /** Whether this version may write what is stored. */
  format: Pick<FormatWatch, 'look' | 'isNewer'>;
  /** What the launcher last told of the set-up. */
  setup: () => Setup;
  /** After how many days recordings are deleted; never when absent. */
  retentionDays: number | undefined;
  log: FastifyBaseLogger;
}) {
  /** Why each is away, a sentence; `undefined` once it answered. */
  const away: Record<'livekit' | 'storage', string | undefined> = {
    livekit: 'Not asked yet',
    storage: 'Not asked yet',
  };

  async function look(name: keyof typeof away, dependency: Dependency): Promise<void> {
    const before = away[name];
    try {
      await dependency.check();
      away[name] = undefined;
      if (before !== undefined) log.info(`${name} answers`);
    } catch (error) {
      away[name] = toReelroomError(error).message;
      if (before !== away[name]) log.error({ err: error }, `${away[name]}; trying again`);
    }
  }

  const ability = (needed: Setup['parts'][number]['needed'], reason: string | undefined) => {
    const pending = setup().parts.find((part) => part.needed === needed && part.state !== 'ready');
    const why = pending ? `${pending.name}: ${pending.step}` : reason;
    return why === undefined ? { ready: true } : { ready: false, reason: why };
  };

  return {
    /** Asks LiveKit and S3 whether they are there: one request each, and every ten minutes one more. */
    async check(): Promise<void> {
      await Promise.all([look('livekit', livekit), look('storage', storage)]);
      if (away.storage === undefined) await format.look().catch(() => undefined);
    },

    /** As of the last check. */
    isReady: (): boolean => Object.values(away).every((reason) => reason === undefined),

    /** What works now, as of the last check. */
    status(): SystemStatus {
      const calls = ability('calls', away.livekit);
      const storage = ability('storage', away.storage);
      const recorder = ability('recording', format.isNewer() ? storageNewer().message : undefined);
      const recording = [calls, storage, recorder].find(({ ready }) => !ready) ?? recorder;
      return {
        ...{ calls, storage, recording, setup: setup().parts },
        ...(retentionDays !== undefined && { retentionDays }),
      };
    },
  };
}

export type System = ReturnType<typeof createSystem>;
