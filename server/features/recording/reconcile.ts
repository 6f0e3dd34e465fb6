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

/** How often a recorder is probed, in ms. */
const probeEveryMs = 5_000;

/** From how many consecutive misses in its room, or unanswered stops, a recorder is lost. */
const missesUntilLost = 2;

/** The health of a recorder. */
interface Watch {
  /** When it was last probed, by the monotonic clock. */
  probedAt: number;
  /** Consecutive probes in which it was not in its room. */
  missed: number;
  /** Consecutive stops that it did not answer. */
  unanswered: number;
  /** Whether LiveKit has forgotten it. */
  isForgotten: boolean;
}

/** Whether a recorder did not answer a stop. */
export const isNotResponding = (error: unknown) =>
  error instanceof ReelroomError && error.code === 'RECORDER_NOT_RESPONDING';

/**
 * Reconciles live recordings with LiveKit, independently of each other: stops those that have to end until
 * their recorders do; detects lost recorders, which LiveKit reports as active for ever, and those that were
 * wrongly declared lost.
 */
export function createReconciler({
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
  /** Egresses with work in progress. */
  const busy = new Set<string>();
  /** The open rooms as last listed, by name. */
  let rooms = new Map<string, Room>();

  function watchOf(id: string): Watch {
    const fresh = { probedAt: -Infinity, missed: 0, unanswered: 0, isForgotten: false };
    const watch = watches.get(id) ?? fresh;
    watches.set(id, watch);
    return watch;
  }

  /** Whether a probe is due; if so, counts as one. */
  function isDue(watch: Watch): boolean {
    if (monotonicTime() - watch.probedAt < probeEveryMs) return false;
    watch.probedAt = monotonicTime();
    return true;
  }

  /** Runs `work` for an egress unless other work is in progress for it; never rejects. */
  function attempt(id: string, work: () => Promise<void>): void {
    if (busy.has(id) || signal.aborted) return;
    busy.add(id);
    work()
      .catch((error: unknown) =>
        log.warn({ err: error, egressId: id }, 'a recording could not be reconciled'),
      )
      .finally(() => busy.delete(id));
  }

  /** Stops a recorder and applies its EgressInfo. Throws as {@link Livekit.stopEgress} does. */
  async function stop({ id }: RecordingState): Promise<void> {
    const watch = watchOf(id);
    try {
      const egress = await livekit.stopEgress(id);
      watch.unanswered = 0;
      await intake.receive(egress);
    } catch (error) {
      if (isNotResponding(error)) watch.unanswered += 1;
      throw error;
    }
  }

  /** As {@link stop}, but does not throw when the recorder does not answer: the stop is retried. */
  const askToStop = (recording: RecordingState): Promise<void> =>
    stop(recording).catch((error: unknown) => {
      if (!isNotResponding(error)) throw error;
    });

  /** Whether a late recorder has reopened a closed room, alone. */
  function isRoomClosed({ roomName, roomId }: RecordingState): boolean {
    const room = rooms.get(roomName);
    return room !== undefined && room.sid !== roomId && room.numParticipants === 0;
  }

  /**
   * Asks LiveKit for the length of a recording that began before this process knew it. Two requests, once.
   */
  async function learnLength({ id, roomName }: RecordingState): Promise<void> {
    if (maxMs === undefined || !registry.isTakenOver(id)) return;
    registry.setLength(id, (await livekit.presentFor(roomName, id)) ?? 0);
  }

  /**
   * Whether a recorder is lost: it does not answer stops, and is not in its room, where an active one is
   * (LiveKit removes it 20 s after its last sign of life).
   */
  function isLost({ status }: RecordingState, { missed, unanswered, isForgotten }: Watch): boolean {
    if (status === 'recording' && !isForgotten) return missed >= missesUntilLost && unanswered > 0;
    return unanswered >= missesUntilLost;
  }

  async function supervise(recording: RecordingState): Promise<void> {
    await learnLength(recording);
    const { id, name, roomName, status } = recording;
    const watch = watchOf(id);
    const endReason =
      recording.endedBy ??
      reasonToEnd(recording, {
        knownForMs: registry.knownFor(id),
        lengthMs: registry.lengthOf(id),
        isForgotten: watch.isForgotten,
        isRoomClosed: isRoomClosed(recording),
        maxMs,
      });
    const isProbeDue = isDue(watch);
    if (status === 'recording' && !watch.isForgotten && isProbeDue)
      watch.missed = (await livekit.hasParticipant(roomName, id)) ? 0 : watch.missed + 1;

    const isMissed = watch.missed >= missesUntilLost;
    const isEnding = status === 'stopping' || watch.isForgotten;
    const why = endReason ?? (isMissed ? 'recorder-shutdown' : undefined);
    if (isEnding ? isProbeDue : why !== undefined) {
      const now = registry.get(id) ?? recording;
      registry.track({ ...now, ...(why !== undefined && { endedBy: why }) });
      await askToStop(recording);
    }
    // A recorder that ignores stops must not continue to see the room.
    if (status === 'recording' && watch.unanswered >= missesUntilLost && watch.missed === 0)
      await livekit.removeParticipant(roomName, id);
    // EgressInfo may have arrived meanwhile.
    const now = registry.get(id);
    if (!now || intake.finishQueue.isRunning(name) || !isLost(now, watch)) return;
    log.error({ recording: now }, 'the recorder is lost');
    const { endedBy, layout: _layout, quality: _quality, audioOnly: _audioOnly, ...rest } = now;
    const ended = endedBy === undefined || endedBy === 'recorder-shutdown' ? rest : { ...rest, endedBy };
    intake.inBackground(
      intake.finish(failed(ended, status === 'starting' ? 'NO_RECORDER' : 'RECORDER_LOST')),
    );
  }

  /**
   * Asks the last participant in a recorded room whether to go on, and ends the recording without an answer.
   */
  function checkAlone({ id, roomName, roomId, status }: RecordingState): void {
    const room = rooms.get(roomName);
    if (status !== 'recording' || room?.sid !== roomId) return;
    const shown = parseRoomState(room.metadata).recording;
    const isAsked = shown?.id === id && shown.aloneUntil !== undefined;
    // The participant has answered another process.
    if (registry.hasAsked(id) && !isAsked) {
      alone.forget(id);
      registry.askUntil(id, undefined);
    }
    const verdict = alone.judge(id, room.numParticipants, isAsked);
    if (verdict.action === 'ask' && !isAsked) registry.askUntil(id, wallTime() + verdict.leftMs);
    if (verdict.action === 'go-on' && isAsked) registry.askUntil(id, undefined);
    if (verdict.action === 'end')
      attempt(`alone ${id}`, async () => {
        // The count of the room list may be some seconds old.
        if ((await livekit.countPeople(roomName)) > 1) return alone.forget(id);
        const now = registry.get(id);
        if (now) registry.track({ ...now, endedBy: now.endedBy ?? 'alone' });
      });
  }

  function check(recording: RecordingState, isCalledActive: boolean): void {
    const { id, name } = recording;
    if (intake.finishQueue.isRunning(name) || intake.finishQueue.isAwaitingRetry(name)) return;
    attempt(id, async () => {
      if (!isCalledActive) {
        const egress = await livekit.findEgress(id);
        watchOf(id).isForgotten = egress === undefined;
        if (egress) await intake.receive(egress);
      }
      const now = registry.get(id);
      if (now && !intake.finishQueue.isRunning(name)) await supervise(now);
    });
  }

  /**
   * Looks whether a recorder that was taken for lost is in its room again, where it must not be unseen: only
   * where LiveKit says of the room that some recorder is there.
   */
  async function probeLost(heard: RecordingState): Promise<void> {
    const { id, roomName, status } = heard;
    if (status === 'starting' || !rooms.get(roomName)?.activeRecording) return;
    if (!(await livekit.hasParticipant(roomName, id))) return;
    watches.delete(id);
    intake.reopen(heard);
    await askToStop(heard);
  }

  return {
    /**
     * Applies all active egresses and checks every recording. One LiveKit request; those of each recording
     * are made in the background: a probe of its recorder every few seconds, one more if it has ended or has
     * to end.
     * @param open the rooms that are open
     */
    async reconcile(open: Room[]): Promise<void> {
      rooms = new Map(open.map((room) => [room.name, room]));
      const egresses = await livekit.activeEgresses();
      const active = new Set(egresses.map(({ egressId }) => egressId));
      for (const egress of egresses) {
        const heard = intake.ourRecordingOf(egress);
        if (!heard) continue;
        if (intake.finishQueue.wasDeclaredLost(heard.name))
          attempt(heard.id, async () => {
            await intake.receive(egress);
            if (!registry.get(heard.id) || intake.finishQueue.isRunning(heard.name)) await probeLost(heard);
          });
        else if (registry.get(heard.id)) await intake.receive(egress);
        else
          attempt(heard.id, async () => {
            if (!(await intake.endedElsewhere(egress))) await intake.receive(egress);
          });
      }
      for (const recording of registry.all()) {
        checkAlone(recording);
        check(recording, active.has(recording.id));
      }
      for (const id of watches.keys()) if (!active.has(id) && !registry.get(id)) watches.delete(id);
    },

    /**
     * Checks recordings that begin, end, or send no webhooks: one LiveKit request for each, in the
     * background.
     */
    checkTransitions(): void {
      for (const recording of registry.all())
        check(recording, recording.status === 'recording' && registry.hasWebhooks(recording.id));
    },

    /** Checks every recording that this process knows, as {@link reconcile} does. */
    follow(): void {
      for (const recording of registry.all()) check(recording, false);
    },

    stop,

    /** The recording has ended. */
    forget(id: string): void {
      watches.delete(id);
      alone.forget(id);
    },
  };
}
