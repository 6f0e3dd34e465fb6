import type { KeyInput } from '@reelroom/shared';
import { createStorage } from './adapters/s3/bucket.ts';
import type { Options } from './config/options.ts';
import { createApiKeys } from './features/accounts/api-keys.ts';

/**
 * Makes an API key in a bucket, whether or not an app runs: one PUT.
 * @returns the key
 */
export async function makeApiKey({ s3, recordings: { path } }: Options, input: KeyInput): Promise<string> {
  const storage = createStorage(s3, path);
  try {
    return (await createApiKeys({ storage, path }).create(input)).key;
  } finally {
    storage.close();
  }
}
