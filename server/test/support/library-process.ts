import { recordingName, type Recording } from '@reelroom/shared';
import type { Test } from 'tap';
import type { Config } from '../../app.ts';
import { createDeletionJournal } from '../../features/library/deletion.ts';
import { createFinaliser } from '../../features/recording/finalise.ts';
import { createIndex } from '../../features/index/store.ts';
import { createLibrary } from '../../features/library/recordings.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';
import { createTombstones } from '../../bucket/tombstones.ts';
import { createStorage, type Storage } from '../../adapters/s3/bucket.ts';
import { recordedLog } from './log.ts';

/** What an app process does with its bucket, and nothing that it does with LiveKit. */
export function libraryProcess(
  t: Test,
  config: Config,
  over: Partial<Storage> = {},
  { mustKeep = () => false }: { mustKeep?: (recording: Recording) => boolean } = {},
) {
  const ownStorage = createStorage(config.s3);
  t.teardown(() => ownStorage.close());
  const storage = { ...ownStorage, ...over };
  const { path, trashDays } = config.recordings;
  const { bucket } = config.s3;
  const { log, lines } = recordedLog();
  const changes: [string, Recording][] = [];
  const onChange = (change: string, recording: Recording) => void changes.push([change, recording]);
  const onGone = async (recording: Recording) => changes.push(['deleted', recording]) > 0;
  const index = createIndex({ storage, path });
  const tombstones = createTombstones({ storage, path });
  const deletions = createDeletionJournal({ storage, index, tombstones, path });
  const library = createLibrary({
    storage,
    index,
    deletions,
    tombstones,
    bucket,
    namesBucket: true,
    path,
    trashDays,
    mustKeep,
    onChange,
    onGone,
    log,
  });
  const finish = createFinaliser({ storage, library, tombstones, backup: undefined, path, log });
  return {
    storage,
    index,
    deletions,
    library,
    changes,
    logged: lines,
    finish: (recording: RecordingState) => finish(recording, new AbortController().signal),
    /** The rows of the library. */
    rows: async () => (await index.page(index.folderOf(), {})).entries.map(({ recording }) => recording),
  };
}

/** A recording that has just ended as its recorder wanted. */
export function endedRecording(roomName = 'Équipe "L" 🎥'): RecordingState {
  const startedAt = Date.now() - 60_000;
  const roomId = 'RM_abc';
  const name = recordingName({ name: roomName, id: roomId }, startedAt);
  return { ...{ id: 'EG_1', name, roomName, roomId, startedAt }, size: 0, status: 'ready', endedBy: 'stop' };
}
