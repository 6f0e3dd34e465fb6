import type { Setup, SystemStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { ReelroomError, storageNewer, toReelroomError } from '../../errors.ts';
import type { FormatWatch } from '../recordings/format.ts';

/** What the app leans on. */
export type Dependency = 'livekit' | 'storage';

/** Whose failure an error tells of. */
const failing: Record<string, Dependency> = {
  LIVEKIT_UNAVAILABLE: 'livekit',
  STORAGE_UNAVAILABLE: 'storage',
};

/** Whether what the app leans on is there, and what the launcher is still setting up. */
export function createSystem({
  livekit,
  storage,
  format,
  setup,
  retentionDays,
  log,
}: {
  /** Each throws when it is away. */
  livekit: { check(): Promise<void> };
  storage: { check(): Promise<void> };
  /** Whether this version may write what is stored. */
  format: Pick<FormatWatch, 'look' | 'isNewer'>;
  /** What the launcher last told of the set-up. */
  setup: () => Setup;
  /** After how many days recordings are deleted; never when absent. */
  retentionDays: number | undefined;
  log: FastifyBaseLogger;
}) {
  const checks = { livekit, storage };
  /** Why each is away, a sentence; `undefined` once it answered. */
  const away: Record<Dependency, string | undefined> = {
    livekit: 'Not asked yet',
    storage: 'Not asked yet',
  };

  /** What `name` was heard to be: away when there is an error. */
  function hear(name: Dependency, error?: unknown): void {
    const before = away[name];
    away[name] = error === undefined ? undefined : toReelroomError(error).message;
    if (before === away[name]) return;
    if (error === undefined) log.info(`${name} answers`);
    else log.error({ err: error }, `${away[name]}; trying again`);
  }

  const look = (name: Dependency): Promise<void> =>
    checks[name].check().then(
      () => hear(name),
      (error: unknown) => hear(name, error),
    );

  const isThere = (name: Dependency): boolean => away[name] === undefined;

  const ability = (needed: Setup['parts'][number]['needed'], reason: string | undefined) => {
    const pending = setup().parts.find((part) => part.needed === needed && part.state !== 'ready');
    const why = pending ? `${pending.name}: ${pending.step}` : reason;
    return why === undefined ? { ready: true } : { ready: false, reason: why };
  };

  return {
    /** Asks LiveKit and S3 whether they are there: one request each, and every ten minutes one more. */
    async check(): Promise<void> {
      await Promise.all([look('livekit'), look('storage')]);
      if (isThere('storage')) await format.look().catch(() => undefined);
    },

    /** Asks those that are away whether they are there again: one request each. */
    async checkAway(): Promise<void> {
      await Promise.all((['livekit', 'storage'] as const).map((name) => isThere(name) || look(name)));
    },

    /** A request to one of them has failed, if that is what this error says. */
    failed(error: unknown): void {
      const name = error instanceof ReelroomError ? failing[error.code] : undefined;
      if (name) hear(name, error);
    },

    /** Whether one of them is there, as far as is known. */
    isThere,

    /** Whether both are there, as far as is known. */
    isReady: (): boolean => isThere('livekit') && isThere('storage'),

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
