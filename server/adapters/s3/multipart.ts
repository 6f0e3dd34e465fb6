import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { orNothing, type Reach } from './errors.ts';
import { whenMet, type WriteCondition } from './conditions.ts';
import { escapeKey } from './presign.ts';
import { patient } from './client.ts';

/** The bytes of an object from `start` to before `end`. */
interface ObjectPart {
  key: string;
  etag: string;
  start: number;
  end: number;
}

/** An object that is made of parts; it is there once it is complete. Each method is one request. */
export interface Upload {
  /** Uploads a part, in any order: number 1 to 10,000; 5 MiB at least, but for the last. */
  put(number: number, part: Uint8Array): Promise<void>;
  /** Has S3 make a part of another object's bytes, as long as that one has this ETag; throws ConditionNotMet otherwise. */
  copy(number: number, source: ObjectPart): Promise<void>;
  /** With a `condition` only where that holds; throws ConditionNotMet otherwise. */
  complete(condition?: WriteCondition): Promise<void>;
  /** Takes back all parts. */
  abort(): Promise<void>;
}

/** Begins an object that is uploaded in parts, or replaced by them. */
export async function startUpload(
  { client, reach, Bucket }: { client: S3Client; reach: Reach; Bucket: string },
  key: string,
  contentType: string,
): Promise<Upload> {
  const object = { Bucket, Key: key };
  const begin = new CreateMultipartUploadCommand({ ...object, ContentType: contentType });
  const { UploadId } = await reach('s3:PutObject', client.send(begin));
  const etags = new Map<number, string | undefined>();
  return {
    async put(number, part) {
      const request = new UploadPartCommand({ ...object, UploadId, PartNumber: number, Body: part });
      etags.set(number, (await reach('s3:PutObject', client.send(request, patient))).ETag);
    },
    async copy(number, { key, etag, start, end }) {
      const request = new UploadPartCopyCommand({
        ...{ ...object, UploadId, PartNumber: number },
        CopySource: `${Bucket}/${escapeKey(key)}`,
        CopySourceRange: `bytes=${start}-${end - 1}`,
        CopySourceIfMatch: etag,
      });
      const { CopyPartResult } = await whenMet(reach('s3:PutObject', client.send(request, patient)));
      // A server that does not know of copies takes it for an empty part.
      if (CopyPartResult?.ETag === undefined) throw new Error('S3 has not copied a part');
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
      const completed = reach('s3:PutObject', client.send(request, patient));
      await (condition ? whenMet(completed) : completed);
    },
    async abort() {
      const request = new AbortMultipartUploadCommand({ ...object, UploadId });
      await reach('s3:AbortMultipartUpload', orNothing(client.send(request)));
    },
  };
}
