import { setTimeout as sleep } from 'node:timers/promises';
import type { Setup, SystemStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../../lib/clock.ts';
import { ReelroomError, storageNewer, toReelroomError } from '../../lib/errors.ts';
import type { FormatWatch } from '../../bucket/format.ts';

/** What the app leans on. */
export type Dependency = 'livekit' | 'storage';

/** How long is waited for the answer of a storage that takes its time, in ms: what was known before counts until then. */
const patienceMs = 2_000;

/** Why something is away. */
interface Absence {
  /** A sentence for people. */
  reason: string;
  /** What has to be put right, for whoever runs the app. */
  detail?: string | undefined;
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
  /** Throws when it is away. */
  livekit: { check(): Promise<void> };
  /** The same, as far as was known `maxAgeMs` ago. */
  storage: { check(maxAgeMs: number): Promise<void>; notices(): string[] };
  /** Whether this version may write what is stored. */
  format: Pick<FormatWatch, 'isNewer'>;
  /** What the launcher last told of the set-up. */
  setup: () => Setup;
  /** After how many days recordings are deleted; never when absent. */
  retentionDays: number | undefined;
  log: FastifyBaseLogger;
}) {
  /** Why each is away; `undefined` once it answered. */
  const away: Record<Dependency, Absence | undefined> = {
    livekit: { reason: 'Not asked yet' },
    storage: { reason: 'Not asked yet' },
  };

  /** What `name` was heard to be: away when there is an error. */
  function hear(name: Dependency, error?: unknown): void {
    const before = away[name];
    if (error === undefined) {
      away[name] = undefined;
      if (before) log.info(`${name} answers`);
      return;
    }
    const { message: reason, detail } = toReelroomError(error);
    away[name] = { reason, detail };
    if (before?.reason !== reason || before.detail !== detail)
      log.error({ err: error }, `${detail ?? reason}; trying again`);
  }

  const look = (name: Dependency, check: Promise<void>): Promise<void> =>
    check.then(
      () => hear(name),
      (error: unknown) => hear(name, error),
    );

  const lookAtLivekit = () => look('livekit', livekit.check());
  const lookAtStorage = (maxAgeMs: number) => look('storage', storage.check(maxAgeMs));

  /** What the log has of what does not work as it could. */
  let toldNotices: string[] = [];

  function tellNotices(): void {
    const notices = storage.notices();
    for (const notice of notices) if (!toldNotices.includes(notice)) log.warn(notice);
    toldNotices = notices;
  }

  /** When both were last asked, and who is asking. */
  let checkedAt = -Infinity;
  let checking: Promise<void> | undefined;

  async function check(storageAgeMs: number): Promise<void> {
    const storageKnown = lookAtStorage(storageAgeMs);
    await Promise.all([lookAtLivekit(), Promise.race([storageKnown, sleep(patienceMs)])]);
    checkedAt = monotonicTime();
  }

  const isThere = (name: Dependency): boolean => away[name] === undefined;

  const ability = (needed: Setup['parts'][number]['needed'], absence: Absence | undefined) => {
    const pending = setup().parts.find((part) => part.needed === needed && part.state !== 'ready');
    if (pending) return { ready: false, reason: `${pending.name}: ${pending.step}` };
    return absence ? { ready: false, ...absence } : { ready: true };
  };

  return {
    /**
     * Asks LiveKit whether it is there, and S3 where it has answered nothing for `storageAgeMs`: one request
     * each, unless that was done less than `ageMs` ago; calls at the same time share it. What S3 does not
     * answer within 2 s is heard later.
     */
    async checkIfOld(ageMs: number, storageAgeMs: number): Promise<void> {
      if (monotonicTime() - checkedAt < ageMs) return;
      checking ??= check(storageAgeMs).finally(() => (checking = undefined));
      await checking;
    },

    /**
     * Asks those that are away whether they are there again, and S3 whether it is after a request to it has
     * failed: one request each.
     */
    async checkAway(): Promise<void> {
      void lookAtStorage(Infinity);
      tellNotices();
      if (!isThere('livekit')) await lookAtLivekit();
    },

    /** A request to LiveKit has failed, if that is what this error says; the storage knows by itself. */
    failed(error: unknown): void {
      if (error instanceof ReelroomError && error.code === 'LIVEKIT_UNAVAILABLE') hear('livekit', error);
    },

    /** Whether one of them is there, as far as is known. */
    isThere,

    /** What works now, as of the last check. */
    status(): SystemStatus {
      const calls = ability('calls', away.livekit);
      const bucket = ability('storage', away.storage);
      const notices = storage.notices();
      const recorder = ability(
        'recording',
        format.isNewer() ? { reason: storageNewer().message } : undefined,
      );
      const recording = [calls, bucket, recorder].find(({ ready }) => !ready) ?? recorder;
      return {
        ...{ calls, storage: bucket, recording, setup: setup().parts },
        ...(retentionDays !== undefined && { retentionDays }),
        ...(notices.length > 0 && { notices }),
      };
    },
  };
}

export type System = ReturnType<typeof createSystem>;
