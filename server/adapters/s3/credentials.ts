import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { Options } from '../../config/options.ts';

/** The credentials that sign requests to S3. */
export type Credentials = Awaited<ReturnType<ReturnType<typeof defaultProvider>>>;

/**
 * The configured credentials; else those of the AWS SDK's default provider chain (`AWS_ACCESS_KEY_ID`,
 * `~/.aws`, web identity, the role of the container or the machine), which it renews some minutes before they
 * expire.
 * @returns a function that returns the current ones; it rejects with a `CredentialsProviderError` where there
 *   are none
 */
export function credentialsOf({
  accessKey,
  secretKey,
  sessionToken,
}: Pick<Options['s3'], 'accessKey' | 'secretKey' | 'sessionToken'>): () => Promise<Credentials> {
  if (accessKey === undefined || secretKey === undefined) return defaultProvider();
  const set = {
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    ...(sessionToken !== undefined && { sessionToken }),
  };
  return () => Promise.resolve(set);
}
