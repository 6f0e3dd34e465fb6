import { recordingSchema } from '@reelroom/shared';
import { createNotifications } from '../../features/webhooks/outgoing/notifications.ts';
import { createStorage } from '../../adapters/s3/bucket.ts';
import { testConfig } from './build.ts';
import { silentLog } from './log.ts';

// An app process of the outbox's test: tells a system of a recording, until it is killed.
const [url = '', secret = '', S3_BUCKET = '', recording = ''] = process.argv.slice(2);
const { s3, recordings } = testConfig({ S3_BUCKET });
const { notify } = createNotifications({
  ...{ urls: [url], secret, log: silentLog },
  bucket: {
    ...{ storage: createStorage(s3), path: recordings.path },
    readRecording: () => Promise.resolve(undefined),
  },
});
notify('recording.ready', recordingSchema.parse(JSON.parse(recording)));
process.on('disconnect', () => process.exit());
