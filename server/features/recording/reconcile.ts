import { parseRoomState } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import type { Room } from 'livekit-server-sdk';
import { monotonicTime, wallTime } from '../../lib/clock.ts';
import { ReelroomError } from '../../lib/errors.ts';
import type { Livekit } from '../../adapters/livekit/livekit.ts';
import type { Alone } from './alone.ts';
import type { Intake } from './intake.ts';
import { reasonToEnd } from './limits.ts';
import type { Registry } from './registry.ts';
import type { RecordingState } from '../../adapters/livekit/egress-info.ts';
import { failed } from './status-machine.ts';

/** How often, in ms, a recorder is looked for that says nothing by itself. */
const lookEveryMs = 5_000;

/** How often in a row a recorder may be missing from its room, or leave a stop unanswered. */
const missesUntilLost = 2;

/** What is known of a recorder. */
interface Watch {
  /** When it was last looked for, by the monotonic clock. */
  lookedAt: number;
  /** How often in a row it was not in its room. */
  missed: number;
  /** How often in a row it did not answer when it was asked to stop. */
  unanswered: number;
  /** Whether LiveKit has forgotten it. */
  isForgotten: boolean;
}

/** Whether a recorder did not answer when it was asked to stop. */
export const isNotResponding = (error: unknown) =>
  error instanceof ReelroomError && error.code === 'RECORDER_NOT_RESPONDING';

/**
 * Looks after recordings under way, each by itself, so that none waits for another's
 * recorder: ends those that have to end, until their recorders do; finds recorders whose
 * host is gone without a word, which LiveKit goes on to call active for ever, and those that
 * were taken for that and are not.
 */
export function createCare({
  livekit,
  registry,
  intake,
  alone,
  maxMs,
  signal,
  log,
}: {
  livekit: Pick<
    Livekit,
    | 'activeEgresses'
    | 'countPeople'
    | 'findEgress'
    | 'hasParticipant'
    | 'presentFor'
    | 'removeParticipant'
    | 'stopEgress'
  >;
  registry: Registry;
  intake: Intake;
  alone: Alone;
  maxMs: number | undefined;
  signal: AbortSignal;
  log: FastifyBaseLogger;
}) {
  /** By egress id. */
  const watches = new Map<string, Watch>();
  /** Egresses that are being looked after at this moment. */
  const busy = new Set<string>();
  /** Rooms that are open, by name, as they were last seen. */
  let rooms = new Map<string, Room>();

  function watchOf(id: string): Watch {
    const fresh = { lookedAt: -Infinity, missed: 0, unanswered: 0, isForgotten: false };
    const watch = watches.get(id) ?? fresh;
    watches.set(id, watch);
    return watch;
  }

  /** Whether it is time for another look, which this then is. */
  function isDue(watch: Watch): boolean {
    if (monotonicTime() - watch.lookedAt < lookEveryMs) return false;
    watch.lookedAt = monotonicTime();
    return true;
  }

  /** Does `work` for an egress, unless something is being done for it; never rejects. */
  function attempt(id: string, work: () => Promise<void>): void {
    if (busy.has(id) || signal.aborted) return;
    busy.add(id);
    work()
      .catch((error: unknown) => log.warn({ err: error, egressId: id }, 'a recording was not looked after'))
      .finally(() => busy.delete(id));
  }

  /** Asks a recorder to stop, and takes in what it says. Throws as {@link Livekit.stopEgress} does. */
  async function stop({ id }: RecordingState): Promise<void> {
    const watch = watchOf(id);
    try {
      const egress = await livekit.stopEgress(id);
      watch.unanswered = 0;
      await intake.hear(egress);
    } catch (error) {
      if (isNotResponding(error)) watch.unanswered += 1;
      throw error;
    }
  }

  /** As {@link stop}, for one that is asked again if it does not answer. */
  const askToStop = (recording: RecordingState): Promise<void> =>
    stop(recording).catch((error: unknown) => {
      if (!isNotResponding(error)) throw error;
    });

  /** A recorder that came too late into a room that was closed has opened it again, all alone. */
  function isRoomClosed({ roomName, roomId }: RecordingState): boolean {
    const room = rooms.get(roomName);
    return room !== undefined && room.sid !== roomId && room.numParticipants === 0;
  }

  /** Learns from LiveKit how long one is that was recording before this process heard of it. Two requests, once. */
  async function learnLength({ id, roomName }: RecordingState): Promise<void> {
    if (maxMs === undefined || !registry.isTakenOver(id)) return;
    registry.hadBegun(id, (await livekit.presentFor(roomName, id)) ?? 0);
  }

  /**
   * Whether a recorder is lost: it answers no more, and is not in its room, where one that
   * records is (LiveKit lets it go 20 s after it was last heard of).
   */
  function isLost({ status }: RecordingState, { missed, unanswered, isForgotten }: Watch): boolean {
    if (status === 'recording' && !isForgotten) return missed >= missesUntilLost && unanswered > 0;
    return unanswered >= missesUntilLost;
  }

  async function lookAfter(recording: RecordingState): Promise<void> {
    await learnLength(recording);
    const { id, name, roomName, status } = recording;
    const watch = watchOf(id);
    const wantedBy =
      recording.endedBy ??
      reasonToEnd(recording, {
        knownForMs: registry.knownFor(id),
        lengthMs: registry.lengthOf(id),
        isForgotten: watch.isForgotten,
        isRoomClosed: isRoomClosed(recording),
        maxMs,
      });
    const isLook = isDue(watch);
    if (status === 'recording' && !watch.isForgotten && isLook)
      watch.missed = (await livekit.hasParticipant(roomName, id)) ? 0 : watch.missed + 1;

    const isMissed = watch.missed >= missesUntilLost;
    const isEnding = status === 'stopping' || watch.isForgotten;
    const why = wantedBy ?? (isMissed ? 'recorder-shutdown' : undefined);
    if (isEnding ? isLook : why !== undefined) {
      const now = registry.get(id) ?? recording;
      registry.keep({ ...now, ...(why !== undefined && { endedBy: why }) });
      await askToStop(recording);
    }
    // What is to end and does not hear of it must not go on seeing the room.
    if (status === 'recording' && watch.unanswered >= missesUntilLost && watch.missed === 0)
      await livekit.removeParticipant(roomName, id);
    // It may have been heard of meanwhile.
    const now = registry.get(id);
    if (!now || intake.ending.isUnderWay(name) || !isLost(now, watch)) return;
    log.error({ recording: now }, 'the recorder is lost');
    const { endedBy, layout: _layout, quality: _quality, audioOnly: _audioOnly, ...rest } = now;
    const ended = endedBy === undefined || endedBy === 'recorder-shutdown' ? rest : { ...rest, endedBy };
    intake.inBackground(intake.end(failed(ended, status === 'starting' ? 'NO_RECORDER' : 'RECORDER_LOST')));
  }

  /** Has whoever is left alone in a recorded room asked whether it is to go on, and ends it if there is no answer. */
  function lookIfAlone({ id, roomName, roomId, status }: RecordingState): void {
    const room = rooms.get(roomName);
    if (status !== 'recording' || room?.sid !== roomId) return;
    const shown = parseRoomState(room.metadata).recording;
    const isAsked = shown?.id === id && shown.aloneUntil !== undefined;
    // Another process was told that it is to go on.
    if (registry.hasAsked(id) && !isAsked) {
      alone.forget(id);
      registry.askUntil(id, undefined);
    }
    const verdict = alone.judge(id, room.numParticipants, isAsked);
    if (verdict.say === 'ask' && !isAsked) registry.askUntil(id, wallTime() + verdict.leftMs);
    if (verdict.say === 'go-on' && isAsked) registry.askUntil(id, undefined);
    if (verdict.say === 'end')
      attempt(`alone ${id}`, async () => {
        // What was counted with the rooms may be some seconds old.
        if ((await livekit.countPeople(roomName)) > 1) return alone.forget(id);
        const now = registry.get(id);
        if (now) registry.keep({ ...now, endedBy: now.endedBy ?? 'alone' });
      });
  }

  function care(recording: RecordingState, isCalledActive: boolean): void {
    const { id, name } = recording;
    if (intake.ending.isUnderWay(name) || intake.ending.isPaused(name)) return;
    attempt(id, async () => {
      if (!isCalledActive) {
        const egress = await livekit.findEgress(id);
        watchOf(id).isForgotten = egress === undefined;
        if (egress) await intake.hear(egress);
      }
      const now = registry.get(id);
      if (now && !intake.ending.isUnderWay(name)) await lookAfter(now);
    });
  }

  /**
   * Looks whether a recorder that was taken for lost is in its room again, where it must not be unseen: only
   * where LiveKit says of the room that some recorder is there.
   */
  async function lookForLost(heard: RecordingState): Promise<void> {
    const { id, roomName, status } = heard;
    if (status === 'starting' || !rooms.get(roomName)?.activeRecording) return;
    if (!(await livekit.hasParticipant(roomName, id))) return;
    watches.delete(id);
    intake.reopen(heard);
    await askToStop(heard);
  }

  return {
    /**
     * Takes in which egresses LiveKit calls active, and looks after every recording. One
     * LiveKit request; those of each recording are made in the background: one every few
     * seconds to see whether its recorder is there, one more if it has ended or has to end.
     * @param open the rooms that are open
     */
    async round(open: Room[]): Promise<void> {
      rooms = new Map(open.map((room) => [room.name, room]));
      const egresses = await livekit.activeEgresses();
      const active = new Set(egresses.map(({ egressId }) => egressId));
      for (const egress of egresses) {
        const heard = intake.ourRecordingOf(egress);
        if (!heard) continue;
        if (intake.ending.wasLost(heard.name))
          attempt(heard.id, async () => {
            await intake.hear(egress);
            if (!registry.get(heard.id) || intake.ending.isUnderWay(heard.name)) await lookForLost(heard);
          });
        else if (registry.get(heard.id)) await intake.hear(egress);
        else
          attempt(heard.id, async () => {
            if (!(await intake.isLongLost(egress))) await intake.hear(egress);
          });
      }
      for (const recording of registry.all()) {
        lookIfAlone(recording);
        care(recording, active.has(recording.id));
      }
      for (const id of watches.keys()) if (!active.has(id) && !registry.get(id)) watches.delete(id);
    },

    /**
     * Between those, looks after recordings that begin or end, or of which no webhook tells:
     * one LiveKit request for each, in the background.
     */
    quickRound(): void {
      for (const recording of registry.all())
        care(recording, recording.status === 'recording' && registry.isTold(recording.id));
    },

    /** The same of every recording that this process has heard of, as {@link round} does. */
    follow(): void {
      for (const recording of registry.all()) care(recording, false);
    },

    stop,

    /** The recording has ended. */
    forget(id: string): void {
      watches.delete(id);
      alone.forget(id);
    },
  };
}
