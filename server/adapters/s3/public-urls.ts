import type { Presign } from './presign.ts';

/**
 * How long such a URL is good for, in s: a player that has been sent there once may ask
 * there again, also after a pause of its viewer.
 */
const publicFor = 3_600;

/** Signs URLs by which browsers read objects from S3 themselves: `presign` signs for the endpoint that they reach. */
export function createPublicUrls(presign: Presign) {
  /** The URL for a request with this method, whose answer has these headers. */
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
      publicFor,
    );
}

export type PublicUrl = ReturnType<typeof createPublicUrls>;
