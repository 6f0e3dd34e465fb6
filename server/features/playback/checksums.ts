import { crc32 } from 'node:zlib';
import { LRUCache } from 'lru-cache';

/** How many files' checksums are cached. */
const maxCached = 10_000;

/** The CRC-32 of the first `length` bytes of a file. */
interface Checksum {
  readonly crc: number;
  readonly length: number;
  /** Extends the checksum by `bytes` at offset `at`; ignored where they leave a gap. */
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
 * Caches the checksums of files, as far as this process has read them, so that a resumed download need not
 * read a file from its beginning. An LRU cache of 10,000 files, by key and ETag.
 */
export function createChecksums() {
  const cache = new LRUCache<string, Checksum>({ max: maxCached });
  return {
    of({ key, etag }: { key: string; etag: string | undefined }): Checksum {
      if (etag === undefined) return createChecksum();
      const id = `${etag} ${key}`;
      const cached = cache.get(id);
      if (cached) return cached;
      const checksum = createChecksum();
      cache.set(id, checksum);
      return checksum;
    },
  };
}

export type Checksums = ReturnType<typeof createChecksums>;
