import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../../server/config/environment.ts';
import { recordingOf } from '../../server/adapters/livekit/egress-info.ts';
import { egressFiles } from '../../server/bucket/layout.ts';
import { createEgressRequests } from '../../server/adapters/livekit/egress-request.ts';
import { livekitClients } from '../../server/test/support/build.ts';
import { recordingName, startInputSchema, type RecordingStatus } from '../../shared/index.ts';
import { now } from './time.ts';

/** LiveKit asked as often as may be: how fast its Egress is by itself. */
export function createBareEgress(config: Config) {
  const { egress } = livekitClients(config);
  const { outputsOf, encodingOf } = createEgressRequests(config, egressFiles(config.recordings.path));

  const statusOf = async (egressId: string): Promise<RecordingStatus | undefined> => {
    const [info] = await egress.listEgress({ egressId });
    return info && recordingOf(info)?.status;
  };

  return {
    /** When LiveKit says that an egress has this status, in ms since 1970. */
    async when(egressId: string, wanted: RecordingStatus): Promise<number> {
      for (;;) {
        const status = await statusOf(egressId);
        if (status === wanted) return now();
        if (status === 'failed') throw new Error(`${egressId} failed`);
        await sleep(10);
      }
    },

    /** Has a room recorded as the app does, but into a bucket that is not the app's: the egress's id. */
    async start(roomName: string): Promise<string> {
      const options = startInputSchema.parse({ roomName, quality: '480p' });
      const name = recordingName({ name: roomName, id: 'RM_bare' }, Date.now());
      const { egressId } = await egress.startRoomCompositeEgress(roomName, await outputsOf(name, options), {
        layout: options.layout,
        encodingOptions: encodingOf(options),
        customBaseUrl: `${config.appUrl}/recorder.html`,
      });
      return egressId;
    },

    stop: (egressId: string) => egress.stopEgress(egressId),
  };
}
