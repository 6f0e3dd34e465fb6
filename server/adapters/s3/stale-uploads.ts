import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { undefinedIf404, type MapS3Error } from './errors.ts';

/** A multipart upload that was neither completed nor aborted. */
export interface OpenUpload {
  key: string;
  initiatedAt: Date;
}

/**
 * Aborts those uploads below `prefix` that `isBroken` and counts them. One request per 1,000 open uploads,
 * and one per aborted upload. MinIO lists uploads of a whole key only, and removes those older than a day
 * itself.
 */
export async function abortUploads(
  { client, mapS3Error, Bucket }: { client: S3Client; mapS3Error: MapS3Error; Bucket: string },
  prefix: string,
  isBroken: (upload: OpenUpload) => boolean,
): Promise<number> {
  let aborted = 0;
  let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {};
  for (;;) {
    const request = new ListMultipartUploadsCommand({ Bucket, Prefix: prefix, ...marker });
    const page = await mapS3Error('s3:ListBucketMultipartUploads', client.send(request));
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || !Initiated || !isBroken({ key: Key, initiatedAt: Initiated })) continue;
      const abort = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
      await mapS3Error('s3:AbortMultipartUpload', undefinedIf404(client.send(abort)));
      aborted += 1;
    }
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return aborted;
    marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
  }
}
