import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Options } from '../../config/options.ts';
import { credentialsOf } from './credentials.ts';

/** Percent-encodes all but RFC 3986's unreserved characters, the only ones that S3 leaves unencoded. */
const encodeRfc3986 = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (other) => `%${other.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A key as it is written in the path of a URL, and in CopySource. */
export const encodeKey = (key: string): string => key.split('/').map(encodeRfc3986).join('/');

/**
 * The URL of the bucket: below that of S3 (path-style), or at a host of its own (virtual-hosted-style;
 * Amazon S3 User Guide, "Virtual hosting of general purpose buckets").
 */
export function bucketUrl({ endpoint, bucket, forcePathStyle }: Options['s3']): URL {
  const url = new URL(endpoint);
  const root = url.pathname.replace(/\/$/, '');
  if (forcePathStyle) url.pathname = `${root}/${encodeRfc3986(bucket)}`;
  else url.hostname = `${bucket}.${url.hostname}`;
  return url;
}

/**
 * Presigns URLs of a bucket (AWS, "Authenticating Requests: Using Query Parameters") in a tenth of the SDK
 * presigner's time, which runs a command's whole middleware stack.
 * @param credentials returns the current ones
 * @param now S3's time
 */
export function createPresigner(
  s3: Options['s3'],
  { credentials = credentialsOf(s3), now = () => new Date() } = {},
) {
  const signer = new SignatureV4({
    service: 's3',
    region: s3.region,
    credentials,
    sha256: Hash.bind(null, 'sha256'),
    // S3 does not encode the path again.
    uriEscapePath: false,
  });
  const { protocol, hostname, port, host, pathname } = bucketUrl(s3);
  const root = pathname.replace(/\/$/, '');

  /**
   * The URL for requests with this method, with any Range and preconditions.
   * @param key of an object; the bucket itself without one
   * @param query S3's own parameters, such as `response-content-type` or `list-type`
   * @param expiresIn s, up to a week
   */
  return async (
    method: 'GET' | 'HEAD',
    key: string | undefined,
    query: Record<string, string>,
    expiresIn: number,
  ): Promise<string> => {
    const path = key === undefined ? root || '/' : `${root}/${encodeKey(key)}`;
    const signed = await signer.presign(
      {
        ...{ method, protocol, hostname, path, query },
        ...(port && { port: Number(port) }),
        headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      { expiresIn, signingDate: now() },
    );
    const parameters = Object.entries(signed.query ?? {}).map(
      ([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(String(value))}`,
    );
    return `${protocol}//${host}${path}?${parameters.join('&')}`;
  };
}

export type Presign = ReturnType<typeof createPresigner>;

/**
 * The lifetime of such a URL, in s: it outlives a revoked link and a deletion by as much, while a player that
 * comes back after a pause asks us for another.
 */
const publicUrlSeconds = 600;

/**
 * Presigns URLs by which browsers read objects directly from S3; `presign` is that of the public endpoint.
 */
export function createPublicUrls(presign: Presign) {
  /** The URL for a request with this method, whose response has these headers. */
  return (
    method: 'GET' | 'HEAD',
    key: string,
    { type, disposition }: { type: string; disposition: string | undefined },
  ): Promise<string> =>
    presign(
      method,
      key,
      {
        'response-content-type': type,
        ...(disposition !== undefined && { 'response-content-disposition': disposition }),
      },
      publicUrlSeconds,
    );
}

export type PublicUrl = ReturnType<typeof createPublicUrls>;
