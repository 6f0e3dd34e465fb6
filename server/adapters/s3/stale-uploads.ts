import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { orNothing, type Reach } from './errors.ts';

/** An upload that was begun, and neither completed nor aborted. */
export interface OpenUpload {
  key: string;
  begunAt: Date;
}

/**
 * Aborts those uploads whose keys begin with `prefix` that `isBroken`: how many. One request for each 1,000 that
 * are open, and one for each that is aborted. MinIO lists only those of one whole key, and takes away what is older
 * than a day by itself.
 */
export async function abortUploads(
  { client, reach, Bucket }: { client: S3Client; reach: Reach; Bucket: string },
  prefix: string,
  isBroken: (upload: OpenUpload) => boolean,
): Promise<number> {
  let aborted = 0;
  let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const request = new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...marker });
    const page = await reach('s3:ListBucketMultipartUploads', client.send(request));
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || !Initiated || !isBroken({ key: Key, begunAt: Initiated })) continue;
      const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
      await reach('s3:AbortMultipartUpload', orNothing(client.send(abort)));
      aborted += 1;
    }
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return aborted;
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
