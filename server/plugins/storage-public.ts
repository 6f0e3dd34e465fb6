import { GetObjectCommand, HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Options } from '../options.ts';

/**
 * How long such a URL is good for, in s: a player that has been sent there once may ask
 * there again, also after a pause of its viewer.
 */
export const publicFor = 3_600;

/** Signs URLs by which browsers read objects from S3 themselves, at the endpoint that they reach. */
export function createPublicUrls({ endpoint, accessKey, secretKey, region, bucket }: Options['s3']) {
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
    forcePathStyle: true,
    responseChecksumValidation: 'WHEN_REQUIRED',
  });

  /** The URL for a request with this method, whose answer has these headers. */
  return (
    method: 'GET' | 'HEAD',
    key: string,
    { type, disposition }: { type: string; disposition: string | undefined },
  ): Promise<string> => {
    const Command = method === 'GET' ? GetObjectCommand : HeadObjectCommand;
    const answer = { ResponseContentType: type, ResponseContentDisposition: disposition };
    return getSignedUrl(client, new Command({ Bucket: bucket, Key: key, ...answer }), {
      expiresIn: publicFor,
    });
  };
}

export type PublicUrl = ReturnType<typeof createPublicUrls>;
