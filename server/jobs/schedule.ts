import type { FormatWatch } from '../bucket/format.ts';
import type { System } from '../features/system/system.ts';
import type { Outbox } from '../features/webhooks/outgoing/outbox.ts';
import type { Room } from 'livekit-server-sdk';
import type { Job } from './runner.ts';
import type { Livekit } from '../adapters/livekit/livekit.ts';
import type { AutoRecord } from '../features/recording/auto-record.ts';
import type { IndexBuilder } from '../features/index/builder.ts';
import type { Lifecycle } from '../features/recording/lifecycle.ts';
import type { DeleteExpired } from './delete-expired.ts';
import type { ApplyRetention } from './retention.ts';
import type { ViewCounts } from '../features/sharing/view-counts.ts';
import type { SweepTrash } from './sweep-trash.ts';
import type { createRecoverOrphans } from './recover-orphans.ts';
import type { Tombstones } from '../bucket/tombstones.ts';
import type { createResumeDeletions } from './resume-deletions.ts';

/**
 * How often LiveKit is reconciled with, in ms, by the owner and by processes that follow their own
 * recordings, and the jitter.
 */
const reconcileMs = 5_000;
const jitter = 0.2;

/** The same for recordings that begin, end, or send no webhooks. */
const transitionMs = 1_000;

/** How often the bucket is searched for orphans and deletion orders, in ms: with candidates, and without. */
const suspectMs = 20_000;
const idleMs = 180_000;

/** How often retention is applied and the trash swept, in ms: while more has expired, and otherwise. */
const retentionMoreMs = 60_000;
const retentionMs = 600_000;

/** How often views of share links are written, in ms. */
const viewsMs = 5_000;

/** How often dependencies that are down are checked, in ms, and how often the bucket's format is. */
const recheckMs = 1_000;
const formatMs = 600_000;

/** How often old tombstones are removed, in ms. */
const tombstoneMs = 6 * 3_600_000;

/** How often abandoned uploads, expired links and orphaned manifests are cleaned up, in ms. */
const cleanUpMs = 24 * 3_600_000;

/** The same while more links remain, in ms. */
const cleanUpMoreMs = 60_000;

const sendWebhooks = ({ isDue, deliver }: Pick<Outbox, 'isDue' | 'deliver'>): Job => ({
  name: 'send webhooks',
  needs: ['storage'],
  pauseMs: () => (isDue() ? 0 : Infinity),
  run: deliver,
});

/**
 * The background jobs: nothing depends on webhooks, or on this process having run all the time. The owner of
 * the library runs those that list everything; each process follows the recordings that it knows.
 */
export function schedule({
  isOwner,
  livekit,
  lifecycle,
  repairRoomStatus,
  autoRecord,
  recoverOrphans,
  resumeDeletions,
  tombstones,
  builder,
  abortUploads,
  deleteOrphanedManifests,
  deleteExpired,
  applyRetention,
  sweepTrash,
  viewCounts,
  system,
  format,
  outbox,
}: {
  /** Whether this process is the library's owner. */
  isOwner: () => boolean;
  livekit: Livekit;
  lifecycle: Lifecycle;
  /** Repairs the status that rooms show. */
  repairRoomStatus: (rooms: Room[]) => Promise<void>;
  autoRecord: AutoRecord;
  recoverOrphans: ReturnType<typeof createRecoverOrphans>;
  resumeDeletions: ReturnType<typeof createResumeDeletions>;
  tombstones: Tombstones;
  builder: IndexBuilder;
  abortUploads: () => Promise<void>;
  /** Deletes manifests of recordings that have no media. */
  deleteOrphanedManifests: () => Promise<void>;
  /** Deletes links, sessions and so on that have expired. */
  deleteExpired: readonly DeleteExpired[];
  /** Applies retention; absent when recordings are kept for ever. */
  applyRetention: ApplyRetention | undefined;
  sweepTrash: SweepTrash;
  viewCounts: Pick<ViewCounts, 'hasPending' | 'write'>;
  system: Pick<System, 'recheck'>;
  format: Pick<FormatWatch, 'check'>;
  /** Outgoing webhooks; absent when none are configured. */
  outbox: Pick<Outbox, 'isDue' | 'deliver'> | undefined;
}): Job[] {
  let rooms: Room[] = [];
  let hasCaughtUp = false;
  let hasMoreExpired = false;
  let hasMoreOld = false;
  let hasMoreTrash = false;
  let reconcilePauseMs = 0;

  return [
    { name: 'check dependencies', needs: [], pauseMs: () => recheckMs, run: system.recheck },
    {
      name: 'check the format',
      needs: ['storage'],
      pauseMs: () => formatMs,
      run: format.check,
    },
    ...(outbox ? [sendWebhooks(outbox)] : []),
    {
      name: 'reconcile',
      needs: ['livekit'],
      isOwned: true,
      pauseMs: () => reconcilePauseMs,
      async run() {
        // Jitter keeps several processes from asking at the same moment.
        reconcilePauseMs = reconcileMs * (1 + jitter * (2 * Math.random() - 1));
        rooms = await livekit.openRooms();
        await lifecycle.reconcile(rooms);
        autoRecord.checkRooms(rooms);
      },
    },
    {
      name: 'follow recordings',
      needs: ['livekit'],
      pauseMs: () => reconcileMs,
      // The owner's reconcile covers them.
      run: async () => (isOwner() ? undefined : lifecycle.follow()),
    },
    {
      name: 'follow transitions',
      needs: ['livekit'],
      pauseMs: () => transitionMs,
      run: () => lifecycle.checkTransitions(),
    },
    {
      name: 'repair room status',
      needs: ['livekit', 'storage'],
      isOwned: true,
      pauseMs: () => reconcileMs,
      run: () => repairRoomStatus(rooms),
    },
    {
      name: 'catch up',
      needs: ['livekit', 'storage'],
      isOwned: true,
      pauseMs: () => (hasCaughtUp ? Infinity : suspectMs),
      async run() {
        hasCaughtUp = false;
        await lifecycle.catchUp();
        hasCaughtUp = true;
      },
    },
    {
      name: 'recover orphans',
      needs: ['livekit', 'storage'],
      isOwned: true,
      pauseMs: () => (lifecycle.isBusy() || recoverOrphans.hasSuspects() ? suspectMs : idleMs),
      run: () => recoverOrphans.run(),
    },
    {
      name: 'resume deletions',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (resumeDeletions.hasPending() ? suspectMs : idleMs),
      run: () => resumeDeletions.run(),
    },
    {
      name: 'remove tombstones',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => tombstoneMs,
      run: () => tombstones.removeExpired(),
    },
    {
      name: 'abort uploads',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => cleanUpMs,
      run: abortUploads,
    },
    {
      name: 'delete orphaned manifests',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => cleanUpMs,
      run: deleteOrphanedManifests,
    },
    {
      name: 'delete what has expired',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (hasMoreOld ? cleanUpMoreMs : cleanUpMs),
      async run() {
        hasMoreOld = false;
        for (const run of deleteExpired) if (await run()) hasMoreOld = true;
      },
    },
    {
      name: 'check the index',
      needs: ['storage'],
      pauseMs: () => idleMs,
      run: () => builder.checkBuild(),
    },
    {
      name: 'retention',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (hasMoreExpired ? retentionMoreMs : retentionMs),
      async run() {
        if (applyRetention && (await builder.whenBuilt(0))) hasMoreExpired = await applyRetention();
      },
    },
    {
      name: 'count views',
      needs: ['storage'],
      pauseMs: () => (viewCounts.hasPending() ? viewsMs : Infinity),
      run: () => viewCounts.write(),
    },
    {
      name: 'sweep the trash',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (hasMoreTrash ? retentionMoreMs : retentionMs),
      async run() {
        if (await builder.whenBuilt(0)) hasMoreTrash = await sweepTrash();
      },
    },
  ];
}
