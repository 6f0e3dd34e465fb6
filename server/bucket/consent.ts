import { randomUUID } from 'node:crypto';
import { consentReceiptSchema, mediaSuffix, type ConsentReceipt } from '@reelroom/shared';
import pMap from 'p-map';
import type { Storage } from '../adapters/s3/bucket.ts';
import { parseJson } from '../lib/parse-json.ts';
import { listKeys } from './keys-in.ts';

/** How many receipts are read concurrently. */
const maxConcurrent = 16;

/** The folder of a recording's receipts of consent, given the key prefix `path` of all recordings. */
const receiptsFolder = (path: string, name: string): string =>
  `${path}.reelroom/consent/${name.slice(0, -mediaSuffix.length)}/`;

/** The keys of a recording's receipts, in the order of their times: one LIST per 1,000. */
export const listReceipts = (storage: Pick<Storage, 'list'>, path: string, name: string): Promise<string[]> =>
  listKeys(storage, receiptsFolder(path, name));

/**
 * Stores a receipt of its own for each answer, so that nobody's replaces another's, and a crash loses none: one PUT.
 */
export async function putReceipt(
  storage: Pick<Storage, 'putJson'>,
  path: string,
  name: string,
  receipt: ConsentReceipt,
): Promise<void> {
  const key = `${receiptsFolder(path, name)}${String(receipt.at).padStart(15, '0')}-${randomUUID()}.json`;
  await storage.putJson(key, receipt);
}

/** A recording's receipts, the first answer first: one LIST per 1,000, and one GET for each. */
export async function readReceipts(
  storage: Pick<Storage, 'list' | 'getText'>,
  path: string,
  name: string,
): Promise<ConsentReceipt[]> {
  const keys = await listReceipts(storage, path, name);
  const texts = await pMap(keys, (key) => storage.getText(key), { concurrency: maxConcurrent });
  return texts.flatMap((text) => parseJson(consentReceiptSchema, text) ?? []);
}
