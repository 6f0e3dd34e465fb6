/** An object in a listing. */
export interface StoredObject {
  key: string;
  /** Bytes. */
  size: number;
  lastModified: Date;
}

/** The result of one LIST, in S3's key order. */
export interface Listing {
  objects: StoredObject[];
  /** The folders' prefixes (`CommonPrefixes`), where keys are grouped. */
  folders: string[];
  /** Whether more keys follow. */
  isTruncated: boolean;
}

/** The range and the preconditions of a GET, as in HTTP. */
export type ObjectRequest = { [Header in 'Range' | 'IfNoneMatch' | 'IfMatch']?: string | undefined };

/** An object's head as S3 gives it: an HTTP status, and what the headers say. */
export interface ObjectHead {
  status: number;
  /** Bytes of the body. */
  contentLength?: number | undefined;
  contentRange?: string | undefined;
  etag?: string | undefined;
  lastModified?: Date | undefined;
}
