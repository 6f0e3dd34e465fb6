/** What S3 tells of an object. */
export interface StoredObject {
  key: string;
  /** Bytes. */
  size: number;
  lastModified: Date;
}

/** What one LIST gives, in S3's own order of keys. */
export interface Listing {
  objects: StoredObject[];
  /** What the keys of folders begin with, where folders were asked for. */
  folders: string[];
  /** Whether there is more behind it. */
  isTruncated: boolean;
}

/** Which part of an object is wanted, and unless it is which, or only if; as in HTTP. */
export type ObjectRequest = { [Header in 'Range' | 'IfNoneMatch' | 'IfMatch']?: string | undefined };

/** An object's head as S3 gives it: an HTTP status, and what the headers say. */
export interface ObjectHead {
  status: number;
  /** Bytes that follow, or would. */
  contentLength?: number | undefined;
  contentRange?: string | undefined;
  etag?: string | undefined;
  lastModified?: Date | undefined;
}
