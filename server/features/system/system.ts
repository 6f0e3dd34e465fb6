import { setTimeout as sleep } from 'node:timers/promises';
import type { Setup, SystemStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../../lib/clock.ts';
import { ReelroomError, storageNewer, toReelroomError } from '../../lib/errors.ts';
import type { FormatWatch } from '../../bucket/format.ts';

/** What the app leans on. */
export type Dependency = 'livekit' | 'storage';

/** How long is waited for the answer of a storage that takes its time, in ms: what was known before counts until then. */
const storageTimeoutMs = 2_000;

/** Why something is away. */
interface DownReason {
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
  const downReasons: Record<Dependency, DownReason | undefined> = {
    livekit: { reason: 'Not asked yet' },
    storage: { reason: 'Not asked yet' },
  };

  /** What `name` was heard to be: away when there is an error. */
  function record(name: Dependency, error?: unknown): void {
    const before = downReasons[name];
    if (error === undefined) {
      downReasons[name] = undefined;
      if (before) log.info(`${name} answers`);
      return;
    }
    const { message: reason, detail } = toReelroomError(error);
    downReasons[name] = { reason, detail };
    if (before?.reason !== reason || before.detail !== detail)
      log.error({ err: error }, `${detail ?? reason}; trying again`);
  }

  const probe = (name: Dependency, check: Promise<void>): Promise<void> =>
    check.then(
      () => record(name),
      (error: unknown) => record(name, error),
    );

  const checkLivekit = () => probe('livekit', livekit.check());
  const checkStorage = (maxAgeMs: number) => probe('storage', storage.check(maxAgeMs));

  /** What the log has of what does not work as it could. */
  let loggedNotices: string[] = [];

  function logNotices(): void {
    const notices = storage.notices();
    for (const notice of notices) if (!loggedNotices.includes(notice)) log.warn(notice);
    loggedNotices = notices;
  }

  /** When both were last asked, and who is asking. */
  let checkedAt = -Infinity;
  let checking: Promise<void> | undefined;

  async function check(storageAgeMs: number): Promise<void> {
    const storageChecked = checkStorage(storageAgeMs);
    await Promise.all([checkLivekit(), Promise.race([storageChecked, sleep(storageTimeoutMs)])]);
    checkedAt = monotonicTime();
  }

  const isUp = (name: Dependency): boolean => downReasons[name] === undefined;

  const capability = (needed: Setup['parts'][number]['needed'], absence: DownReason | undefined) => {
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
    async recheck(): Promise<void> {
      void checkStorage(Infinity);
      logNotices();
      if (!isUp('livekit')) await checkLivekit();
    },

    /** A request to LiveKit has failed, if that is what this error says; the storage knows by itself. */
    reportFailure(error: unknown): void {
      if (error instanceof ReelroomError && error.code === 'LIVEKIT_UNAVAILABLE') record('livekit', error);
    },

    /** Whether one of them is there, as far as is known. */
    isUp,

    /** What works now, as of the last check. */
    status(): SystemStatus {
      const calls = capability('calls', downReasons.livekit);
      const bucket = capability('storage', downReasons.storage);
      const notices = storage.notices();
      const recorder = capability(
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
