import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';

/** How many files' checksums are kept. */
const maxCached = 10_000;

/** The CRC-32 of the first `length` bytes of a file. */
interface Checksum {
  readonly crc: number;
  readonly length: number;
  /** Takes in those of these bytes, which stand at `at`, that follow what is known; nothing where there is a gap. */
  add: (bytes: Uint8Array, at: number) => void;
}

function createChecksum(): Checksum {
  let crc = 0;
  let length = 0;
  return {
    get crc() {
      return crc;
    },
    get length() {
      return length;
    },
    add(bytes, at) {
      const end = at + bytes.length;
      if (at > length || end <= length) return;
      crc = crc32(bytes.subarray(length - at), crc);
      length = end;
    },
  };
}

/**
 * The checksums of files, as far as they were read by this process, whoever read them: what is
 * taken up again where it broke off need not be read from its beginning. Kept for as long as the process
 * lives, for the 10,000 files that were asked for last, as long as they have the same ETag.
 */
export function createChecksums() {
  const cache = new LRUCache<string, Checksum>({ max: maxCached });
  return {
    of({ key, etag }: { key: string; etag: string | undefined }): Checksum {
      if (etag === undefined) return createChecksum();
      const id = `${etag} ${key}`;
      const checksum = cache.get(id) ?? createChecksum();
      cache.set(id, checksum);
      return checksum;
    },
  };
}

export type Checksums = ReturnType<typeof createChecksums>;
