import type { FormatWatch } from '../bucket/format.ts';
import type { System } from '../features/system/system.ts';
import type { Outbox } from '../features/webhooks/outgoing/outbox.ts';
import type { Room } from 'livekit-server-sdk';
import type { Job } from './runner.ts';
import type { Livekit } from '../adapters/livekit/livekit.ts';
import type { AutoRecord } from '../features/recording/auto-record.ts';
import type { IndexBuilder } from '../features/index/builder.ts';
import type { Lifecycle } from '../features/recording/lifecycle.ts';
import type { DeleteExpiredLinks } from './expired-links.ts';
import type { ApplyRetention } from './retention.ts';
import type { createRecoverOrphans } from './recover-orphans.ts';
import type { Tombstones } from '../bucket/tombstones.ts';
import type { createResumeDeletions } from './resume-deletions.ts';

/** How often LiveKit is asked how everything is, in ms, also by whoever follows some recordings only, and by how much of it more or less. */
const reconcileMs = 5_000;
const jitter = 0.2;

/** The same of what begins or ends, or no webhook tells of. */
const transitionMs = 1_000;

/**
 * How often the bucket is looked through for what nobody sees to, in ms: while there may be
 * something, and else, when a few requests a day are enough.
 */
const suspectMs = 20_000;
const idleMs = 180_000;

/** How often what is too old is looked for, in ms: while there is more, and else. */
const retentionMoreMs = 60_000;
const retentionMs = 600_000;

/** How often what is away is looked for, in ms, and how often the bucket's format is. */
const recheckMs = 1_000;
const formatMs = 600_000;

/** How often recordings that were deleted are forgotten whose day is over, in ms. */
const tombstoneMs = 6 * 3_600_000;

/** How often uploads that broke off, links that have expired and manifests without media are looked for, in ms. */
const cleanUpMs = 24 * 3_600_000;

/** How soon where there are more links, in ms. */
const cleanUpMoreMs = 60_000;

const sendWebhooks = ({ isDue, deliver }: Pick<Outbox, 'isDue' | 'deliver'>): Job => ({
  name: 'send the webhooks that wait',
  needs: ['storage'],
  pauseMs: () => (isDue() ? 0 : Infinity),
  run: deliver,
});

/**
 * What is done again and again, so that nothing depends on webhooks, nor on this process
 * having been there all the time. What is found by asking for all is found by one process of
 * the library; what each has heard of it follows by itself.
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
  deleteExpiredLinks,
  applyRetention,
  system,
  format,
  outbox,
}: {
  /** Whether this process does what is enough for one of the library's to do. */
  isOwner: () => boolean;
  livekit: Livekit;
  lifecycle: Lifecycle;
  /** Puts right what rooms are shown. */
  repairRoomStatus: (rooms: Room[]) => Promise<void>;
  autoRecord: AutoRecord;
  recoverOrphans: ReturnType<typeof createRecoverOrphans>;
  resumeDeletions: ReturnType<typeof createResumeDeletions>;
  tombstones: Tombstones;
  builder: IndexBuilder;
  abortUploads: () => Promise<void>;
  /** Deletes manifests of recordings that have no media. */
  deleteOrphanedManifests: () => Promise<void>;
  deleteExpiredLinks: DeleteExpiredLinks;
  /** Deletes what is too old; nothing is when absent. */
  applyRetention: ApplyRetention | undefined;
  system: Pick<System, 'recheck'>;
  format: Pick<FormatWatch, 'check'>;
  /** Webhooks that wait to be sent; there are none when absent. */
  outbox: Pick<Outbox, 'isDue' | 'deliver'> | undefined;
}): Job[] {
  let rooms: Room[] = [];
  let hasCaughtUp = false;
  let hasMoreExpired = false;
  let hasMoreLinks = false;
  let reconcilePauseMs = 0;

  return [
    { name: 'see whether LiveKit and S3 are back', needs: [], pauseMs: () => recheckMs, run: system.recheck },
    {
      name: 'see whether a newer version writes here',
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
        // Several processes ask at different moments.
        reconcilePauseMs = reconcileMs * (1 + jitter * (2 * Math.random() - 1));
        rooms = await livekit.openRooms();
        await lifecycle.reconcile(rooms);
        autoRecord.checkRooms(rooms);
      },
    },
    {
      name: 'follow what this process has heard of',
      needs: ['livekit'],
      pauseMs: () => reconcileMs,
      // Who asks how everything is knows it already.
      run: async () => (isOwner() ? undefined : lifecycle.follow()),
    },
    {
      name: 'look closely at what begins or ends',
      needs: ['livekit'],
      pauseMs: () => transitionMs,
      run: () => lifecycle.checkTransitions(),
    },
    {
      name: 'put right what rooms are shown',
      needs: ['livekit', 'storage'],
      isOwned: true,
      pauseMs: () => reconcileMs,
      run: () => repairRoomStatus(rooms),
    },
    {
      name: 'catch up with what ended unheard',
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
      name: 'recover what nobody sees to',
      needs: ['livekit', 'storage'],
      isOwned: true,
      pauseMs: () => (lifecycle.isBusy() || recoverOrphans.hasSuspects() ? suspectMs : idleMs),
      run: () => recoverOrphans.run(),
    },
    {
      name: 'carry out orders to delete',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (resumeDeletions.hasPending() ? suspectMs : idleMs),
      run: () => resumeDeletions.run(),
    },
    {
      name: 'forget what was deleted',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => tombstoneMs,
      run: () => tombstones.removeExpired(),
    },
    {
      name: 'abort uploads that broke off',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => cleanUpMs,
      run: abortUploads,
    },
    {
      name: 'delete manifests without media',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => cleanUpMs,
      run: deleteOrphanedManifests,
    },
    {
      name: 'delete links that have expired',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (hasMoreLinks ? cleanUpMoreMs : cleanUpMs),
      async run() {
        hasMoreLinks = await deleteExpiredLinks();
      },
    },
    {
      name: 'look after the index',
      needs: ['storage'],
      pauseMs: () => idleMs,
      run: () => builder.checkBuild(),
    },
    {
      name: 'delete what is too old',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (hasMoreExpired ? retentionMoreMs : retentionMs),
      async run() {
        if (applyRetention && (await builder.whenBuilt(0))) hasMoreExpired = await applyRetention();
      },
    },
  ];
}
