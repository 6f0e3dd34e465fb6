import type { Upload } from '../../adapters/s3/multipart.ts';

/** Bytes in each part of an upload but the last. S3 takes 10,000 parts, from 5 MiB on: files of up to 83 GB. */
const partBytes = 8 * 2 ** 20;

/**
 * Splits what is written into the parts of an upload, each uploaded as soon as it is full; the first one
 * last, since the `headBytes` at its start are known last. Holds two parts at most. Parts have equal sizes,
 * which some S3 servers require.
 */
export function createParts(upload: Upload, headBytes: number) {
  let pending: Buffer[] = [];
  let room = partBytes - headBytes;
  let first: Buffer | undefined;
  let number = 1;
  let size = headBytes;

  async function endPart(): Promise<void> {
    const part = Buffer.concat(pending);
    pending = [];
    room = partBytes;
    if (first) await upload.put(number, part);
    else first = part;
    number += 1;
  }

  return {
    async write(bytes: Buffer): Promise<void> {
      size += bytes.length;
      let rest = bytes;
      while (rest.length >= room) {
        const after = rest.subarray(room);
        pending.push(rest.subarray(0, room));
        await endPart();
        rest = after;
      }
      if (rest.length > 0) pending.push(rest);
      room -= rest.length;
    },

    /** Uploads the last and the first part; returns the total size in bytes. */
    async end(head: Buffer): Promise<number> {
      if (pending.length > 0) await endPart();
      await upload.put(1, Buffer.concat([head, first ?? Buffer.alloc(0)]));
      return size;
    },
  };
}
