import {
  recordingName,
  withRoomState,
  type Recording,
  type RoomStatus,
  type StartOptions,
} from '@reelroom/shared';
import { EgressInfo, EgressStatus, Room, type EgressInfo as Egress } from 'livekit-server-sdk';
import type { Test } from 'tap';
import { recorderNotResponding } from '../../lib/errors.ts';
import { createLifecycle } from '../../features/recording/lifecycle.ts';
import type { Finalise } from '../../features/recording/finalise.ts';
import { createLock } from '../../adapters/redis/lock.ts';
import { silentLog } from './log.ts';

type Options = Parameters<typeof createLifecycle>[0];

const { EGRESS_ACTIVE, EGRESS_STARTING } = EgressStatus;

/** Has the monotonic clock of this process go on by leaps, until the test ends. */
export function leapingClock(t: Test) {
  const real = performance.now.bind(performance);
  let leaptMs = 0;
  Object.assign(performance, { now: () => real() + leaptMs });
  t.teardown(() => Object.assign(performance, { now: real }));
  return { leap: (ms: number) => (leaptMs += ms) };
}

/** An egress as LiveKit's JSON tells it, asked for at `askedAt`, by default into our folder of our bucket. */
export function fakeEgress({
  id,
  roomName,
  status,
  askedAt = Date.now(),
  since,
  file,
  bucket = 'ours',
  kind = 'roomComposite',
  quality,
}: {
  id: string;
  roomName: string;
  status: EgressStatus;
  askedAt?: number;
  /** When media began, in ms since 1970. */
  since?: number;
  file?: string;
  bucket?: string;
  kind?: 'roomComposite' | 'participant' | 'trackComposite' | 'web';
  quality?: StartOptions['quality'];
}): Egress {
  const filename = file ?? `recordings/${recordingName({ name: roomName, id: 'RM_1' }, askedAt)}`;
  return EgressInfo.fromJson({
    ...{ egressId: id, roomName, roomId: 'RM_1', status },
    fileResults: [
      { filename, ...(since !== undefined && { startedAt: String(BigInt(since) * 1_000_000n) }) },
    ],
    [kind]: {
      ...(kind !== 'web' && { roomName }),
      fileOutputs: [{ filepath: filename, s3: { bucket } }],
      ...(quality && { advanced: { height: Number.parseInt(quality) } }),
    },
  });
}

/**
 * The life of recordings over a LiveKit that is a list of egresses: those in `lost` do not
 * answer a stop, those in `absent` are in no room. Calls are counted, `stop EG_1`.
 */
export function fakeLife({ finalise, ...options }: Partial<Options> & { finish?: Finalise } = {}) {
  const egresses = new Map<string, Egress>();
  const lost = new Set<string>();
  const absent = new Set<string>();
  const calls: string[] = [];
  const people = new Map<string, number>();
  const shown: (RoomStatus & { roomName: string })[] = [];
  const changes: string[] = [];
  const call = (what: string) => void calls.push(what);
  const shownIn = (roomName: string) => shown.findLast((one) => one.roomName === roomName);
  const room = (name: string) =>
    new Room({
      ...{ name, sid: 'RM_1', numParticipants: people.get(name) ?? 2 },
      activeRecording: [...egresses.values()].some(
        (one) => one.roomName === name && !absent.has(one.egressId),
      ),
      metadata: withRoomState('', { recording: shownIn(name) }),
    });

  const livekit: Options['livekit'] = {
    async activeEgresses(roomName) {
      call('active');
      return [...egresses.values()].filter(
        (one) => one.status < EgressStatus.EGRESS_COMPLETE && (roomName ?? one.roomName) === one.roomName,
      );
    },
    allEgresses: async () => [...egresses.values()],
    async findEgress(id) {
      call(`find ${id}`);
      return egresses.get(id);
    },
    findRoom: async (name) => room(name),
    async hasParticipant(_roomName, id) {
      call(`look ${id}`);
      return !absent.has(id);
    },
    presentFor: async () => undefined,
    async removeParticipant(_roomName, id) {
      call(`remove ${id}`);
      absent.add(id);
    },
    countPeople: async (roomName) => people.get(roomName) ?? 2,
    async startRecording(name, { roomName, quality }) {
      const id = `EG_${roomName}`;
      egresses.set(
        id,
        fakeEgress({ id, roomName, quality, status: EGRESS_STARTING, file: `recordings/${name}` }),
      );
      return egresses.get(id) ?? new EgressInfo();
    },
    async stopEgress(id) {
      call(`stop ${id}`);
      const found = egresses.get(id);
      if (!found || lost.has(id)) throw recorderNotResponding();
      found.status =
        found.status === EGRESS_ACTIVE ? EgressStatus.EGRESS_ENDING : EgressStatus.EGRESS_ABORTED;
      return found;
    },
  };
  const roomStatus: Options['roomStatus'] = {
    async publish(roomName, status) {
      shown.push({ roomName, ...status });
    },
  };
  const rooms = () => [...egresses.values()].map(({ roomName }) => room(roomName));
  const lifecycle = createLifecycle({
    livekit,
    library: {
      isTarget: ({ key = '', bucket = 'ours' }) => bucket === 'ours' && /^recordings\/[^/]+$/.test(key),
      endOf: async () => undefined,
      ensureListed: async () => undefined,
      firstWrittenAt: async () => 0,
      hasMedia: async () => true,
      tidy: async () => undefined,
    },
    finalise: finalise ?? (async (recording) => ({ ...recording, status: 'ready', endedBy: 'recovered' })),
    roomStatus,
    lock: createLock({ redis: undefined, scope: 'test', log: silentLog }),
    onChange: (change, { roomName }: Recording) => changes.push(`${change} ${roomName}`),
    ...{ crashSafe: true, consent: undefined, maxMs: undefined, aloneMs: 0, maxConcurrent: undefined },
    signal: new AbortController().signal,
    log: silentLog,
    ...options,
  });

  return {
    ...{ lifecycle, livekit, roomStatus, rooms, egresses, lost, absent, people, calls, shown, changes },
    add: (options: Parameters<typeof fakeEgress>[0]) => egresses.set(options.id, fakeEgress(options)),
    /** What a room is shown last. */
    shownIn,
    count: (what: string) => calls.filter((one) => one === what).length,
    /** A round of looking after everything, as a process has one every few seconds. */
    async round(): Promise<void> {
      await lifecycle.reconcile(rooms());
      await settled();
    },
  };
}

/** Lets everything be done that waits for nothing outside. */
export const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 20; turns += 1) await new Promise((done) => setImmediate(done));
};
