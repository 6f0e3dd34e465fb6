import { isFinal } from '@reelroom/shared';
import fc from 'fast-check';
import { EgressInfo, EgressStatus } from 'livekit-server-sdk';
import t from 'tap';
import { advance, recordingOf, type RecordingState } from '../features/recordings/state.ts';

/** An egress as LiveKit's JSON tells it: times in nanoseconds, 64-bit numbers as text. */
const egress = (status: EgressStatus, file: { [key: string]: string } = {}) =>
  EgressInfo.fromJson({
    egressId: 'EG_1',
    roomName: 'a',
    roomId: 'RM_1',
    status,
    startedAt: '1700000000123456789',
    fileResults: [{ filename: 'recordings/a-RM_1-t.mp4', ...file }],
  });

t.test('an egress told as a recording', async (t) => {
  t.same(recordingOf(egress(EgressStatus.EGRESS_STARTING)), {
    id: 'EG_1',
    name: 'a-RM_1-t.mp4',
    roomName: 'a',
    roomId: 'RM_1',
    startedAt: 1_700_000_000_123,
    size: 0,
    status: 'starting',
  });
  const file = { size: '10', startedAt: '2000000', duration: '3000000' };
  t.match(recordingOf(egress(EgressStatus.EGRESS_COMPLETE, file)), {
    status: 'ready',
    size: 10,
    recordingSince: 2,
    durationMs: 3,
  });
  t.match(recordingOf(egress(EgressStatus.EGRESS_LIMIT_REACHED)), { status: 'ready' });
  t.match(recordingOf(egress(EgressStatus.EGRESS_FAILED)), {
    status: 'failed',
    failure: 'RECORDER_FAILED',
    error: /recorder failed/,
  });
  t.match(recordingOf(egress(EgressStatus.EGRESS_ABORTED)), {
    status: 'failed',
    failure: 'NOT_BEGUN',
    error: /before it began/,
  });
  t.equal(recordingOf(new EgressInfo({ egressId: 'EG_2' })), undefined, 'a stream is no recording');
});

t.test(
  'whatever is heard, in whatever order and however often: forward only, and a final state stays',
  async () => {
    const statuses = Object.values(EgressStatus).filter((status) => typeof status === 'number');
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...statuses), { minLength: 1 }), (heard) => {
        const seen: RecordingState[] = [];
        let state: RecordingState | undefined;
        for (const status of heard) {
          const next = recordingOf(egress(status));
          if (next) seen.push((state = advance(state, next)));
        }
        const order = ['starting', 'recording', 'stopping', 'ready'];
        const ranks = seen.map(({ status }) => order.indexOf(status === 'failed' ? 'ready' : status));
        const end = seen.findIndex(({ status }) => isFinal(status));
        return (
          ranks.every((rank, i) => i === 0 || rank >= (ranks[i - 1] ?? 0)) &&
          (end < 0 || seen.slice(end).every((later) => later === seen[end]))
        );
      }),
    );
  },
);
