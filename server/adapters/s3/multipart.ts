import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { undefinedIf404, type MapS3Error } from './errors.ts';
import { mapConditionError, type WriteCondition } from './conditions.ts';
import { encodeKey } from './presign.ts';
import { longRequest } from './client.ts';

/** The bytes of an object from `start` to before `end`. */
interface ObjectPart {
  key: string;
  etag: string;
  start: number;
  end: number;
}

/** A multipart upload; its object exists once it is complete. Each method is one request. */
export interface Upload {
  /** Uploads a part, in any order: number 1 to 10,000; 5 MiB at least, but for the last. */
  put(number: number, part: Uint8Array): Promise<void>;
  /** Copies a part from another object if that has this ETag; throws ConditionNotMet otherwise. */
  copy(number: number, source: ObjectPart): Promise<void>;
  /** With a `condition` only where that holds; throws ConditionNotMet otherwise. */
  complete(condition?: WriteCondition): Promise<void>;
  /** Discards all parts. */
  abort(): Promise<void>;
}

/** Begins a multipart upload of an object, which may replace one. */
export async function startUpload(
  { client, mapS3Error, Bucket }: { client: S3Client; mapS3Error: MapS3Error; Bucket: string },
  key: string,
  contentType: string,
): Promise<Upload> {
  const object = { Bucket, Key: key };
  const begin = new CreateMultipartUploadCommand({ ...object, ContentType: contentType });
  const { UploadId } = await mapS3Error('s3:PutObject', client.send(begin));
  const etags = new Map<number, string | undefined>();
  return {
    async put(number, part) {
      const request = new UploadPartCommand({ ...object, UploadId, PartNumber: number, Body: part });
      etags.set(number, (await mapS3Error('s3:PutObject', client.send(request, longRequest))).ETag);
    },
    async copy(number, { key, etag, start, end }) {
      const request = new UploadPartCopyCommand({
        ...{ ...object, UploadId, PartNumber: number },
        CopySource: `${Bucket}/${encodeKey(key)}`,
        CopySourceRange: `bytes=${start}-${end - 1}`,
        CopySourceIfMatch: etag,
      });
      const { CopyPartResult } = await mapConditionError(
        mapS3Error('s3:PutObject', client.send(request, longRequest)),
      );
      // A server without UploadPartCopy takes it for an empty part.
      if (CopyPartResult?.ETag === undefined) throw new Error('S3 did not copy a part');
      etags.set(number, CopyPartResult.ETag);
    },
    async complete(condition) {
      const Parts = [...etags]
        .sort(([one], [other]) => one - other)
        .map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
      const request = new CompleteMultipartUploadCommand({
        ...object,
        UploadId,
        MultipartUpload: { Parts },
        ...condition,
      });
      const completed = mapS3Error('s3:PutObject', client.send(request, longRequest));
      await (condition ? mapConditionError(completed) : completed);
    },
    async abort() {
      const request = new AbortMultipartUploadCommand({ ...object, UploadId });
      await mapS3Error('s3:AbortMultipartUpload', undefinedIf404(client.send(request)));
    },
  };
}
