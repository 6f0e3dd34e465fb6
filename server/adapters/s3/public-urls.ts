import type { Presign } from './presign.ts';

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
