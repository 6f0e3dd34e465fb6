import { createHash } from 'node:crypto';
import { askingMode, type Recording, type Setup } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import { createAccess } from './features/access/access.ts';
import { auditEntry } from './features/access/audited.ts';
import { createAudit } from './features/audit/audit.ts';
import { createPurposeKeys } from './features/access/purpose-keys.ts';
import { createAccounts } from './features/accounts/accounts.ts';
import { createRooms } from './features/access/rooms.ts';
import { createInvites } from './features/admission/invites.ts';
import { createLobby } from './features/admission/lobby.ts';
import { createPeople } from './features/admission/people.ts';
import { createKeepOut, createRemoveParticipant } from './features/admission/remove-participant.ts';
import { createEvents } from './features/events/events.ts';
import { createNotifications } from './features/webhooks/outgoing/notifications.ts';
import { createAutoRecord } from './features/recording/auto-record.ts';
import { createConsent } from './features/recording/consent.ts';
import { createBackup } from './features/recording/backup.ts';
import { createAbortUploads } from './jobs/abort-uploads.ts';
import { createElsewhere } from './features/recording/elsewhere.ts';
import { createDeletionJournal } from './features/library/deletion.ts';
import { createFinaliser } from './features/recording/finalise.ts';
import { createFormat, guardWrites } from './bucket/format.ts';
import { readManifest } from './bucket/manifest.ts';
import { createIndexBuilder } from './features/index/builder.ts';
import { reindex } from './features/index/reindex.ts';
import { createIndex } from './features/index/store.ts';
import { createLibrary } from './features/library/recordings.ts';
import { schedule } from './jobs/schedule.ts';
import { createLifecycle } from './features/recording/lifecycle.ts';
import { createEmptyTrash } from './features/library/empty-trash.ts';
import { createListing } from './features/library/listing.ts';
import { createDeleteExpiredObjects } from './jobs/expired-objects.ts';
import { createDeleteOrphanedManifests } from './jobs/orphaned-manifests.ts';
import { createApplyRetention, isExpired } from './jobs/retention.ts';
import { createSweepTrash } from './jobs/sweep-trash.ts';
import { createRecoverOrphans } from './jobs/recover-orphans.ts';
import { createTombstones } from './bucket/tombstones.ts';
import { createRoomSuggestions } from './features/library/room-suggestions.ts';
import { createTotals } from './features/library/totals.ts';
import { createTrashedNames } from './features/library/trashed-names.ts';
import { createResumeDeletions } from './jobs/resume-deletions.ts';
import { createLock } from './adapters/redis/lock.ts';
import { createRepairRoomStatus } from './jobs/repair-room-status.ts';
import { createRoomStatus } from './features/rooms/status.ts';
import { createNotePlayback } from './features/playback/note-playback.ts';
import { createParts } from './features/playback/part.ts';
import { createPlaybacks } from './features/playback/playbacks.ts';
import { createShares } from './features/sharing/links.ts';
import { createViewCounts } from './features/sharing/view-counts.ts';
import { createSystem } from './features/system/system.ts';
import { createTokens } from './features/tokens/tokens.ts';
import { indexing } from './lib/errors.ts';
import { untilEnded } from './lib/until-ended.ts';
import type { Options } from './config/options.ts';
import { createOwnership } from './jobs/ownership.ts';
import type { Livekit } from './adapters/livekit/livekit.ts';
import type { Redis } from './adapters/redis/client.ts';
import type { Storage } from './adapters/s3/bucket.ts';

/** How long making a room waits for the index, in ms, which is complete a moment after the first start. */
const indexMs = 2_000;

/** Changes of recordings that are published as events. */
export type Change = 'started' | 'ready' | 'failed' | 'changed' | 'trashed' | 'restored';

/** Those that only open pages are told of. */
const isLibraryChange = (change: Change) =>
  change === 'changed' || change === 'trashed' || change === 'restored';

/** The adapters that all services are built on. */
interface Outside {
  livekit: Livekit;
  storage: Storage;
  redis: Redis | undefined;
  log: FastifyBaseLogger;
}

/** Creates the services that routers, routes and jobs delegate to, each after those that it is built on. */
export function createServices(
  { livekit, storage: bare, redis, log }: Outside,
  config: Options,
  setup: () => Setup,
) {
  const { path, crashSafe, maxMinutes, aloneMinutes, maxConcurrent, backupFolder, retentionDays, trashDays } =
    config.recordings;
  const consent = askingMode(config.recordings.consent);
  const { bucket } = config.s3;
  const { urls, secret } = config.notifications;
  const closing = new AbortController();
  const format = createFormat({ storage: bare, path, hasTrash: trashDays > 0, log });
  const storage = guardWrites(bare, format);

  // Identifies this library among others that share a Redis or a LiveKit; hashed, since room metadata shows
  // it to every participant.
  const scope = `${bucket}/${path}`;
  const libraryId = createHash('sha256').update(scope).digest('base64url').slice(0, 12);

  /** The scope that also depends on the LiveKit. */
  const ownScope = `${config.livekit.apiKey}/${scope}`;

  const { sessionSecrets } = config.signIn;
  // Without a secret of our own, as open access needs none: LiveKit's, which signed the first share links.
  const purposeKeys = createPurposeKeys(
    sessionSecrets.length > 0 ? sessionSecrets : [config.livekit.apiSecret],
  );
  const auditLog = createAudit({ storage, path, isOn: config.access === 'protected', log });
  const events = createEvents({ redis, scope, log });
  const ownership = createOwnership({ redis, scope: ownScope, log });
  const { isOwner } = ownership;
  const notifications =
    secret === undefined || urls.length === 0
      ? undefined
      : createNotifications({
          ...{ urls, secret, log },
          bucket: { storage, path, readRecording: (name) => readManifest(storage, path + name) },
        });
  const onChange = (change: Change, recording: Recording): void => {
    events.publish({ type: `recording-${change}`, recording });
    if (!isLibraryChange(change)) notifications?.notify(`recording.${change}`, recording);
  };
  const onGone = async (recording: Recording): Promise<boolean> => {
    events.publish({ type: 'recording-deleted', recording });
    return (await notifications?.announce('recording.deleted', recording)) ?? true;
  };

  const roomStatus = createRoomStatus({
    livekit,
    libraryId,
    onChange: (roomName, state) => events.publish({ type: 'room-status', roomName, state }),
    log,
  });
  const backup =
    backupFolder === undefined ? undefined : createBackup({ storage, folder: backupFolder, path, libraryId });
  const index = createIndex({ storage, path });
  const tombstones = createTombstones({ storage, path });
  const deletions = createDeletionJournal({ storage, index, tombstones, path });
  const library = createLibrary({
    storage,
    index,
    deletions,
    tombstones,
    bucket,
    namesBucket: config.s3.egressUpload === 'request',
    path,
    trashDays,
    mustKeep: (recording) => retentionDays !== undefined && isExpired(recording, retentionDays),
    onChange,
    onGone,
    log,
  });
  index.onDuplicate(library.healDuplicate);
  const builder = createIndexBuilder({
    index,
    reindex: (onProgress) => reindex({ storage, index, deletions, path }, onProgress),
    onRebuilt: () => events.reset(),
    log,
  });
  const lifecycle = createLifecycle({
    livekit: {
      ...livekit,
      // Recorders write into the bucket, too.
      startRecording: (...args) => format.assertWritable().then(() => livekit.startRecording(...args)),
    },
    library,
    finalise: createFinaliser({
      storage,
      library: {
        ...library,
        // Stored before, so that the webhook survives a crash in between.
        async describe(recording, ...args) {
          const type = recording.status === 'ready' ? 'recording.ready' : 'recording.failed';
          await notifications?.prepare(type, recording.name);
          return library.describe(recording, ...args);
        },
      },
      ...{ tombstones, backup, path, log },
    }),
    roomStatus,
    lock: createLock({ redis, scope: ownScope, log }),
    onChange,
    crashSafe,
    consent,
    maxMs: maxMinutes === undefined ? undefined : maxMinutes * 60_000,
    aloneMs: aloneMinutes * 60_000,
    maxConcurrent,
    signal: closing.signal,
    log,
  });
  const personOf = createPeople({ keys: purposeKeys.keysFor('waiting room') });
  const lobby = createLobby({ storage, path, events });
  const accounts = createAccounts(config, { storage, path, keysFor: purposeKeys.keysFor });
  const rooms = createRooms({
    storage,
    path,
    async hasRecordings(roomName) {
      if (!(await builder.whenBuilt(indexMs))) throw indexing();
      return (await index.page(index.folderOf(roomName), { limit: 1 })).entries.length > 0;
    },
  });
  const autoRecord = createAutoRecord({ livekit, libraryId, lifecycle, log });
  const repairRoomStatus = createRepairRoomStatus({
    livekit,
    lifecycle,
    library,
    roomStatus,
    libraryId,
    log,
  });
  const elsewhere = createElsewhere({ events });
  const listing = createListing({
    ...{ index, builder },
    underWay: async () => elsewhere.addTo(await lifecycle.underWay()),
  });
  const totals = createTotals({ all: () => listing.all({ order: 'newest' }, 'all'), events, log });
  const applyRetention =
    retentionDays === undefined
      ? undefined
      : createApplyRetention({ index, library, storage, days: retentionDays, log });
  const sweepTrash = createSweepTrash({ index, library, storage, days: trashDays, log });
  const trashedNames = createTrashedNames({
    readManifest: (name) => readManifest(storage, library.keyOf(name)),
    events,
  });
  const recoverOrphans = createRecoverOrphans({ storage, backup, lifecycle, path });
  const resumeDeletions = createResumeDeletions({ deletions, onGone });
  const system = createSystem({
    ...{ livekit, storage, format, setup, retentionDays, trashDays, consent, log },
  });
  const parts = createParts({ storage, keyOf: library.keyOf });
  const viewCounts = createViewCounts({ storage, log });
  const shares = createShares({
    ...{ storage, library, path, viewCounts, hasOpenid: accounts.signIn.ways.openid },
    keys: purposeKeys.keysFor('share links'),
    describePart: parts.describe,
  });
  const notePlayback = createNotePlayback({
    playbacks: createPlaybacks(),
    onBegin({ name, isDownload, request: { reelroomLink, reelroomPrincipal, ip } }) {
      if (reelroomLink && !isDownload) shares.countView(name, reelroomLink.id);
      const on = { kind: 'recordings', names: [name] } as const;
      auditLog.record(
        auditEntry(
          { what: isDownload ? 'download' : 'playback', on, outcome: 'ok' },
          { principal: reelroomPrincipal, address: ip, link: reelroomLink?.id },
        ),
      );
    },
  });
  const jobs = schedule({
    ...{
      isOwner,
      livekit,
      lifecycle,
      repairRoomStatus,
      autoRecord,
      recoverOrphans,
      resumeDeletions,
      tombstones,
      builder,
      applyRetention,
      sweepTrash,
      viewCounts,
    },
    ...{ system, format, outbox: notifications?.outbox },
    abortUploads: createAbortUploads({ storage, path, log }),
    deleteOrphanedManifests: createDeleteOrphanedManifests({
      storage,
      backup,
      isLive: lifecycle.isLive,
      path,
      log,
    }),
    deleteExpired: createDeleteExpiredObjects({ storage, path, log }),
  });
  return {
    tokens: createTokens({ livekit, roomStatus, personOf, consent: config.recordings.consent }),
    consent: createConsent({ livekit, storage, path, mode: consent }),
    library,
    shares,
    parts,
    notePlayback,
    rooms,
    auditLog,
    access: createAccess({
      rooms,
      isOpen: config.access === 'open',
      async standingOf(principal, roomName) {
        const person = personOf(principal, roomName);
        return person === undefined ? undefined : lobby.standingOf(roomName, person);
      },
    }),
    invites: createInvites({ storage, path }),
    lobby,
    personOf,
    removeParticipant: createRemoveParticipant({ livekit, lobby }),
    keepOut: createKeepOut({ livekit, lobby }),
    guestKeys: purposeKeys.keysFor('invites'),
    viewerKeys: purposeKeys.keysFor('viewers'),
    ...accounts,
    listing,
    totals,
    emptyTrash: createEmptyTrash({ index, library }),
    trashedNames,
    suggestRooms: createRoomSuggestions({ index, countOf: totals.countOf }),
    builder,
    lifecycle,
    autoRecord,
    /** Applies retention; absent when recordings are kept for ever. */
    applyRetention,
    /** The background jobs of this process. */
    jobs,
    roomStatus,
    events,
    system,
    isOwner,

    /** Aborts finalising under way, which another process finishes. */
    stop(): void {
      closing.abort();
    },

    /** Stops all services and their connections. */
    async close(): Promise<void> {
      closing.abort();
      await untilEnded(lifecycle.settled());
      await untilEnded(viewCounts.write());
      await Promise.all([
        notifications?.close(),
        auditLog.close(),
        events.close(),
        totals.close(),
        trashedNames.close(),
        elsewhere.close(),
        ownership.close(),
      ]);
    },
  };
}
