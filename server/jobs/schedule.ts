import type { FormatWatch } from '../bucket/format.ts';
import type { System } from '../features/system/system.ts';
import type { Outbox } from '../features/webhooks/outgoing/outbox.ts';
import type { Room } from 'livekit-server-sdk';
import type { Job } from './runner.ts';
import type { Livekit } from '../adapters/livekit/livekit.ts';
import type { AutoRecord } from '../features/recording/auto-record.ts';
import type { IndexBuilder } from '../features/index/builder.ts';
import type { Lifecycle } from '../features/recording/lifecycle.ts';
import type { ClearLinks } from './expired-links.ts';
import type { Retain } from './retention.ts';
import type { createSweeper } from './recover-orphans.ts';
import type { Tombstones } from '../bucket/tombstones.ts';
import type { createUpkeep } from './resume-deletions.ts';

/** How often LiveKit is asked how everything is, in ms, also by whoever follows some recordings only, and by how much of it more or less. */
const roundMs = 5_000;
const jitter = 0.2;

/** The same of what begins or ends, or no webhook tells of. */
const closelyMs = 1_000;

/**
 * How often the bucket is looked through for what nobody sees to, in ms: while there may be
 * something, and else, when a few requests a day are enough.
 */
const watchfulMs = 20_000;
const idleMs = 180_000;

/** How often what is too old is looked for, in ms: while there is more, and else. */
const retainMoreMs = 60_000;
const retainMs = 600_000;

/** How often what is away is looked for, in ms, and how often the bucket's format is. */
const awayMs = 1_000;
const formatMs = 600_000;

/** How often recordings that were deleted are forgotten whose day is over, in ms. */
const forgetMs = 6 * 3_600_000;

/** How often uploads that broke off, links that have expired and manifests without media are looked for, in ms. */
const clearMs = 24 * 3_600_000;

/** How soon where there are more links, in ms. */
const clearMoreMs = 60_000;

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
  settleRooms,
  autoRecord,
  sweeper,
  upkeep,
  tombstones,
  builder,
  abortBrokenUploads,
  clearManifests,
  clearLinks,
  retain,
  system,
  format,
  outbox,
}: {
  /** Whether this process does what is enough for one of the library's to do. */
  isOwner: () => boolean;
  livekit: Livekit;
  lifecycle: Lifecycle;
  /** Puts right what rooms are shown. */
  settleRooms: (rooms: Room[]) => Promise<void>;
  autoRecord: AutoRecord;
  sweeper: ReturnType<typeof createSweeper>;
  upkeep: ReturnType<typeof createUpkeep>;
  tombstones: Tombstones;
  builder: IndexBuilder;
  abortBrokenUploads: () => Promise<void>;
  /** Deletes manifests of recordings that have no media. */
  clearManifests: () => Promise<void>;
  clearLinks: ClearLinks;
  /** Deletes what is too old; nothing is when absent. */
  retain: Retain | undefined;
  system: Pick<System, 'checkAway'>;
  format: Pick<FormatWatch, 'check'>;
  /** Webhooks that wait to be sent; there are none when absent. */
  outbox: Pick<Outbox, 'isDue' | 'deliver'> | undefined;
}): Job[] {
  let rooms: Room[] = [];
  let hasCaughtUp = false;
  let isMoreTooOld = false;
  let hasMoreLinks = false;
  let roundPauseMs = 0;

  return [
    { name: 'see whether LiveKit and S3 are back', needs: [], pauseMs: () => awayMs, run: system.checkAway },
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
      pauseMs: () => roundPauseMs,
      async run() {
        // Several processes ask at different moments.
        roundPauseMs = roundMs * (1 + jitter * (2 * Math.random() - 1));
        rooms = await livekit.openRooms();
        await lifecycle.reconcile(rooms);
        autoRecord.lookAround(rooms);
      },
    },
    {
      name: 'follow what this process has heard of',
      needs: ['livekit'],
      pauseMs: () => roundMs,
      // Who asks how everything is knows it already.
      run: async () => (isOwner() ? undefined : lifecycle.follow()),
    },
    {
      name: 'look closely at what begins or ends',
      needs: ['livekit'],
      pauseMs: () => closelyMs,
      run: () => lifecycle.lookClosely(),
    },
    {
      name: 'put right what rooms are shown',
      needs: ['livekit', 'storage'],
      isOwned: true,
      pauseMs: () => roundMs,
      run: () => settleRooms(rooms),
    },
    {
      name: 'catch up with what ended unheard',
      needs: ['livekit', 'storage'],
      isOwned: true,
      pauseMs: () => (hasCaughtUp ? Infinity : watchfulMs),
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
      pauseMs: () => (lifecycle.isBusy() || sweeper.hasSuspects() ? watchfulMs : idleMs),
      run: () => sweeper.sweep(),
    },
    {
      name: 'carry out orders to delete',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (upkeep.hasOrders() ? watchfulMs : idleMs),
      run: () => upkeep.finishDeleting(),
    },
    {
      name: 'forget what was deleted',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => forgetMs,
      run: () => tombstones.removeExpired(),
    },
    {
      name: 'abort uploads that broke off',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => clearMs,
      run: abortBrokenUploads,
    },
    {
      name: 'delete manifests without media',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => clearMs,
      run: clearManifests,
    },
    {
      name: 'delete links that have expired',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (hasMoreLinks ? clearMoreMs : clearMs),
      async run() {
        hasMoreLinks = await clearLinks();
      },
    },
    {
      name: 'look after the index',
      needs: ['storage'],
      pauseMs: () => idleMs,
      run: () => builder.look(),
    },
    {
      name: 'delete what is too old',
      needs: ['storage'],
      isOwned: true,
      pauseMs: () => (isMoreTooOld ? retainMoreMs : retainMs),
      async run() {
        if (retain && (await builder.whenBuilt(0))) isMoreTooOld = await retain();
      },
    },
  ];
}
