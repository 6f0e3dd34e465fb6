import { isFinal } from '@reelroom/shared';
import fc from 'fast-check';
import { EgressInfo, EgressStatus } from 'livekit-server-sdk';
import t from 'tap';
import { recordingOf, type RecordingState } from '../adapters/livekit/egress-info.ts';
import { advance } from '../features/recording/status-machine.ts';

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

t.test("Egress's own reason of a failure is kept for operators, and nothing secret in it", async (t) => {
  const failing = EgressInfo.fromJson({
    ...{ egressId: 'EG_1', roomName: 'a', roomId: 'RM_1', status: EgressStatus.EGRESS_FAILED },
    fileResults: [{ filename: 'recordings/a-RM_1-t.mp4' }],
    error:
      'page load failed: net::ERR_CONNECTION_REFUSED at http://localhost:1/recorder.html?layout=grid&token=eyJa.b.c',
    errorCode: 500,
    details: 'End reason: Failure eyJhbGciOi.J9',
  });
  const found = recordingOf(failing);
  t.match(found, {
    error: /^The recorder failed/,
    reason:
      'page load failed: net::ERR_CONNECTION_REFUSED at http://localhost:1/recorder.html… (500) End reason: Failure …',
  });
});

t.test('how a recording is made is told from its first moment', async (t) => {
  const asked = (roomComposite: { [key: string]: string | boolean | { [key: string]: number } }) =>
    recordingOf(
      EgressInfo.fromJson({
        ...{ egressId: 'EG_1', roomName: 'a', roomId: 'RM_1', status: EgressStatus.EGRESS_STARTING },
        ...{ fileResults: [{ filename: 'recordings/a-RM_1-t.mp4' }], roomComposite },
      }),
    );
  t.match(asked({ layout: 'speaker', advanced: { height: 1080 } }), { layout: 'speaker', quality: '1080p' });
  t.match(asked({ audioOnly: true, layout: 'grid' }), { audioOnly: true, layout: undefined });
  t.match(asked({ layout: 'their own', advanced: { height: 2160 } }), {
    ...{ layout: undefined, quality: undefined, audioOnly: undefined },
  });
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
