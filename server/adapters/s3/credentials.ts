import { defaultProvider } from '@aws-sdk/credential-provider-node';
import type { Options } from '../../config/options.ts';

/** What requests to S3 are signed with. */
export type Credentials = Awaited<ReturnType<ReturnType<typeof defaultProvider>>>;

/**
 * The credentials that are set; else those that the AWS SDK finds where it always looks
 * (`AWS_ACCESS_KEY_ID`, `~/.aws`, web identity, the role of the container or the machine), which it
 * renews some minutes before they expire.
 * @returns gives them as they are now; rejects with a `CredentialsProviderError` where there are none
 */
export function credentialsOf({
  accessKey,
  secretKey,
  sessionToken,
}: Options['s3']): () => Promise<Credentials> {
  if (accessKey === undefined || secretKey === undefined) return defaultProvider();
  const set = {
    accessKeyId: accessKey,
    secretAccessKey: secretKey,
    ...(sessionToken !== undefined && { sessionToken }),
  };
  return () => Promise.resolve(set);
}
