import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { createStorage, type Storage } from '../adapters/s3/bucket.ts';
import { ConditionNotMet } from '../adapters/s3/conditions.ts';
import { isContended, swapJson } from '../adapters/s3/swap.ts';
import { parseJson } from '../lib/parse-json.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';

type Swapped = Pick<Storage, 'getTextAndEtag' | 'putJson'>;

const namesSchema = z.array(z.string());

/** Adds a name to the stored names by compare and swap. */
const add = (storage: Swapped, key: string, name: string) =>
  swapJson(
    storage,
    key,
    async () => {
      const found = await storage.getTextAndEtag(key);
      return { names: parseJson(namesSchema, found?.text) ?? [], etag: found?.etag };
    },
    ({ names }) => (names.includes(name) ? undefined : [...names, name]),
  );

/** An object in memory whose requests take as long as `delays` say, one after the other. */
function slowObject(delays: number[]) {
  let text: string | undefined;
  let version = 0;
  let requests = 0;
  const late = () => sleep(delays[requests++ % delays.length]);
  const storage: Swapped = {
    async getTextAndEtag() {
      await late();
      const found = text === undefined ? undefined : { text, etag: String(version) };
      await late();
      return found;
    },
    async putJson(_key, value, condition) {
      await late();
      const isMet =
        !condition ||
        ('IfMatch' in condition
          ? text !== undefined && condition.IfMatch === String(version)
          : text === undefined);
      if (!isMet) throw new ConditionNotMet();
      text = JSON.stringify(value);
      version += 1;
      await late();
      return String(version);
    },
  };
  return { storage, names: () => parseJson(namesSchema, text), version: () => version };
}

t.test('however many write at once, and however late each is, no change is lost', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(4), { minLength: 1, maxLength: 20 }),
      fc.integer({ min: 1, max: 12 }),
      async (delays, writers) => {
        const { storage, names, version } = slowObject(delays);
        const wanted = Array.from({ length: writers }, (_, at) => `writer ${at}`);
        await Promise.all(wanted.map((name) => add(storage, 'key', name)));
        t.same(names()?.toSorted(), wanted.toSorted());
        t.equal(version(), writers, 'each has written once');
      },
    ),
    { numRuns: 20 },
  );
});

t.test('the same on a real S3', async (t) => {
  const config = testConfig();
  await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const wanted = Array.from({ length: 25 }, (_, at) => `writer ${at}`);
  await Promise.all(wanted.map((name) => add(storage, 'names.json', name)));
  const found = await storage.getTextAndEtag('names.json');
  t.same(parseJson(namesSchema, found?.text)?.toSorted(), wanted.toSorted());
});

t.test('what is not to be changed is not written, and tries come to an end', async (t) => {
  let reads = 0;
  let writes = 0;
  const storage = {
    async putJson(): Promise<undefined> {
      writes += 1;
      throw new ConditionNotMet();
    },
  };
  const read = async () => ({ etag: String((reads += 1)) });
  t.match(await swapJson(storage, 'key', read, () => undefined), { seen: { etag: '1' }, stored: undefined });
  t.equal(writes, 0);

  const error = await failure(swapJson(storage, 'key', read, () => ({})));
  t.match(error, { code: 'STORAGE_UNAVAILABLE' });
  t.ok(isContended(error));
  t.equal(writes, 20);

  const refused = new Error('refused');
  const refusing = { putJson: () => Promise.reject(refused) };
  t.equal(
    await failure(swapJson(refusing, 'key', read, () => ({}))),
    refused,
    'another error is not tried again',
  );
  t.notOk(isContended(refused));
});
