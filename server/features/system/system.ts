import { setTimeout as sleep } from 'node:timers/promises';
import type { AskingMode, Setup, SystemStatus } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { monotonicTime } from '../../lib/clock.ts';
import { ReelroomError, storageNewer, toReelroomError } from '../../lib/errors.ts';
import type { FormatWatch } from '../../bucket/format.ts';

/** A dependency of the app. */
export type Dependency = 'livekit' | 'storage';

/** How long a check waits for a slow storage, in ms; until it answers, its previous state counts. */
const storageTimeoutMs = 2_000;

/** Why a dependency is down. */
interface DownReason {
  /** A sentence for people. */
  reason: string;
  /** What to fix, for operators. */
  detail?: string | undefined;
}

/** The state of the app's dependencies, and of the set-up by the launcher. */
export function createSystem({
  livekit,
  storage,
  format,
  setup,
  retentionDays,
  trashDays,
  consent,
  log,
}: {
  /** Throws when LiveKit is unavailable. */
  livekit: { check(): Promise<void> };
  /** Throws when S3 is unavailable, as of `maxAgeMs` ago at most. */
  storage: { check(maxAgeMs: number): Promise<void>; notices(): string[] };
  /** Whether this version may write what is stored. */
  format: Pick<FormatWatch, 'isNewer'>;
  /** The last state of the set-up from the launcher. */
  setup: () => Setup;
  /** After how many days recordings are deleted; never when absent. */
  retentionDays: number | undefined;
  trashDays: number;
  /** How participants are asked whether they may be recorded; absent where they are told. */
  consent: AskingMode | undefined;
  log: FastifyBaseLogger;
}) {
  /** Why each dependency is down; `undefined` while it is up. */
  const downReasons: Record<Dependency, DownReason | undefined> = {
    livekit: { reason: 'Not asked yet' },
    storage: { reason: 'Not asked yet' },
  };

  /** Records the state of a dependency: down when there is an error. */
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

  /** The notices that are already in the log. */
  let loggedNotices: string[] = [];

  function logNotices(): void {
    const notices = storage.notices();
    for (const notice of notices) if (!loggedNotices.includes(notice)) log.warn(notice);
    loggedNotices = notices;
  }

  /** When both were last checked, and the check in progress. */
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
     * Checks LiveKit, and S3 where its last answer is older than `storageAgeMs`: one request each, unless
     * both were checked less than `ageMs` ago; concurrent calls share the check. A slow S3's result is
     * recorded later, after 2 s.
     */
    async checkIfOld(ageMs: number, storageAgeMs: number): Promise<void> {
      if (monotonicTime() - checkedAt < ageMs) return;
      checking ??= check(storageAgeMs).finally(() => (checking = undefined));
      await checking;
    },

    /** Checks the dependencies that are down, and S3 after a failed request: one request each. */
    async recheck(): Promise<void> {
      void checkStorage(Infinity);
      logNotices();
      if (!isUp('livekit')) await checkLivekit();
    },

    /** Records LiveKit as down if the error says so; S3's adapter tracks its own requests. */
    reportFailure(error: unknown): void {
      if (error instanceof ReelroomError && error.code === 'LIVEKIT_UNAVAILABLE') record('livekit', error);
    },

    /** Whether a dependency is up, as far as is known. */
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
        ...(trashDays > 0 && { trashDays }),
        ...(consent && { consent }),
        ...(notices.length > 0 && { notices }),
      };
    },
  };
}

export type System = ReturnType<typeof createSystem>;
