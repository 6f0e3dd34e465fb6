import { setTimeout as sleep } from 'node:timers/promises';
import type { Setup, SystemStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { toReelroomError } from '../../errors.ts';

/** How long is waited for the answer of a storage that takes its time, in ms: what was known before counts until then. */
const patienceMs = 2_000;

/** What the app leans on: `check` throws when it is away, as far as was known `maxAgeMs` ago. */
interface Dependency {
  check(maxAgeMs?: number): Promise<void>;
}

/** Whether what the app leans on is there, and what the launcher is still setting up. */
export function createSystem({
  livekit,
  storage,
  setup,
  retentionDays,
  log,
}: {
  livekit: Dependency;
  storage: Dependency & { notices(): string[] };
  /** What the launcher last told of the set-up. */
  setup: () => Setup;
  /** After how many days recordings are deleted; never when absent. */
  retentionDays: number | undefined;
  log: FastifyBaseLogger;
}) {
  /** Why each is away; `undefined` once it answered. */
  const away: Record<'livekit' | 'storage', { reason: string; detail?: string | undefined } | undefined> = {
    livekit: { reason: 'Not asked yet' },
    storage: { reason: 'Not asked yet' },
  };

  async function look(name: keyof typeof away, dependency: Dependency, maxAgeMs?: number): Promise<void> {
    const before = away[name];
    try {
      await dependency.check(maxAgeMs);
      away[name] = undefined;
      if (before !== undefined) log.info(`${name} answers`);
    } catch (error) {
      const { message: reason, detail } = toReelroomError(error);
      away[name] = { reason, detail };
      if (before?.reason !== reason || before.detail !== detail)
        log.error({ err: error }, `${detail ?? reason}; trying again`);
    }
  }

  const ability = (
    needed: Setup['parts'][number]['needed'],
    why: { reason: string; detail?: string | undefined } | undefined,
  ) => {
    const pending = setup().parts.find((part) => part.needed === needed && part.state !== 'ready');
    if (pending) return { ready: false, reason: `${pending.name}: ${pending.step}` };
    return why ? { ready: false, ...why } : { ready: true };
  };

  return {
    /**
     * Asks LiveKit whether it is there, and S3 where what it last answered is older than `storageAgeMs`: one
     * request each.
     */
    async check(storageAgeMs?: number): Promise<void> {
      const storageKnown = look('storage', storage, storageAgeMs);
      await Promise.all([look('livekit', livekit), Promise.race([storageKnown, sleep(patienceMs)])]);
    },

    /** As of the last check. */
    isReady: (): boolean => Object.values(away).every((reason) => reason === undefined),

    /** What works now, as of the last check. */
    status(): SystemStatus {
      const calls = ability('calls', away.livekit);
      const bucket = ability('storage', away.storage);
      const recorder = ability('recording', undefined);
      const recording = [calls, bucket, recorder].find(({ ready }) => !ready) ?? recorder;
      const notices = storage.notices();
      return {
        ...{ calls, storage: bucket, recording, setup: setup().parts },
        ...(retentionDays !== undefined && { retentionDays }),
        ...(notices.length > 0 && { notices }),
      };
    },
  };
}

export type System = ReturnType<typeof createSystem>;
