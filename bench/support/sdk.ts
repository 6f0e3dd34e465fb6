import { S3Client } from '@aws-sdk/client-s3';
import { configOf } from './bucket.ts';

/** The SDK's client as any program has it. */
export function sdkClient(bucket: string): S3Client {
  const { endpoint, region, accessKey, secretKey } = configOf(bucket);
  return new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId: accessKey ?? '', secretAccessKey: secretKey ?? '' },
    forcePathStyle: true,
  });
}
