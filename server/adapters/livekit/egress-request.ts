import type { StartOptions } from '@reelroom/shared';
import {
  EncodedFileOutput,
  EncodedFileType,
  EncodingOptions,
  ImageOutput,
  S3Upload,
  SegmentedFileOutput,
  type EncodedOutputs,
} from 'livekit-server-sdk';
import { storageRefused } from '../../lib/errors.ts';
import type { Options } from '../../config/options.ts';
import { noCredentials } from '../s3/refusal.ts';
import { credentialsOf } from '../s3/credentials.ts';

/** Picture sizes in pixels, and their bit rates in kbit/s. */
const qualities = {
  '480p': { width: 854, height: 480, videoBitrate: 1_500 },
  '720p': { width: 1280, height: 720, videoBitrate: 3_000 },
  '1080p': { width: 1920, height: 1080, videoBitrate: 4_500 },
} as const;

/** Where Egress stores segments and thumbnails: the fields of its SegmentedFileOutput and ImageOutput. */
export interface EgressFiles {
  /** How long a segment is, in seconds. */
  segmentSeconds: number;
  of: (recordingName: string) => {
    segments: ConstructorParameters<typeof SegmentedFileOutput>[0];
    images: ConstructorParameters<typeof ImageOutput>[0];
  };
}

/** Builds Egress requests for recordings. */
export function createEgressRequests(
  { s3, recordings }: Pick<Options, 's3' | 'recordings'>,
  files: EgressFiles,
) {
  const credentials = credentialsOf(
    s3.egressAccessKey === undefined
      ? s3
      : { accessKey: s3.egressAccessKey, secretKey: s3.egressSecretKey, sessionToken: s3.egressSessionToken },
  );

  /** Where Egress uploads to, with the current credentials; nothing where it knows that itself. */
  async function s3Upload() {
    if (s3.egressUpload === 'server') return {};
    const {
      accessKeyId,
      secretAccessKey,
      sessionToken = '',
    } = await credentials().catch((error: unknown) => {
      throw storageRefused(noCredentials, error);
    });
    const value = new S3Upload({
      endpoint: s3.egressEndpoint ?? s3.endpoint,
      accessKey: accessKeyId,
      secret: secretAccessKey,
      sessionToken,
      region: s3.region,
      bucket: s3.bucket,
      forcePathStyle: s3.forcePathStyle,
    });
    return { output: { case: 's3', value } } as const;
  }

  return {
    /** How a recording is encoded: a key frame at the start of each segment. */
    encodingOf: ({ quality }: StartOptions): EncodingOptions =>
      new EncodingOptions({ ...qualities[quality], framerate: 30, keyFrameInterval: files.segmentSeconds }),

    /**
     * The outputs of a recording: its MP4; with `crashSafe` also segments and thumbnails, which survive the
     * recorder.
     */
    async outputsOf(name: string, { audioOnly }: StartOptions): Promise<EncodedOutputs> {
      const upload = await s3Upload();
      const file = new EncodedFileOutput({
        fileType: EncodedFileType.MP4,
        filepath: recordings.path + name,
        // Ours is written conditionally; that of a recorder that comes late would replace what people have changed.
        disableManifest: true,
        ...upload,
      });
      if (!recordings.crashSafe) return { file };
      const { segments, images } = files.of(name);
      return {
        file,
        segments: new SegmentedFileOutput({ ...segments, ...upload }),
        ...(!audioOnly && { images: new ImageOutput({ ...images, ...upload }) }),
      };
    },
  };
}
