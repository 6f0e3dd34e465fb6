import { setTimeout as sleep } from 'node:timers/promises';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { startApp } from './support/app.ts';
import { compileFilter } from '../server/features/index/filter.ts';
import { newestFirst } from '../server/features/index/newest-first.ts';
import { createIndex } from '../server/features/index/store.ts';
import { createStorage } from '../server/adapters/s3/bucket.ts';
import { configOf, fillBucket, listUrl, root, roomCount } from './support/bucket.ts';
import { sdkClient } from './support/sdk.ts';
import { load, medians } from './support/timing.ts';

// The library against the same S3 server asked directly, and against what the seed does, in
// one run: the ratios count, the times are this machine's.

const rounds = 60;
const sizes = [10, 1_000, 10_000, 100_000];
const bucketOf = (size: number) => `bench-${size}`;
const ms = (time = Number.NaN) => `${time.toFixed(1)} ms`;
const ratio = (one = Number.NaN, other = Number.NaN) => `${(one / other).toFixed(2)} ×`;
const say = (what: string, value: string) => console.log(`${what.padEnd(58)} ${value}`);

for (const size of sizes) await fillBucket(bucketOf(size), size, { withFiles: size === 1_000 });
await fillBucket('bench-dense', 10_000, { apart: 1_000 });

/** One LIST, as any program makes it with the SDK. */
const sdkList = (bucket: string) => {
  const client = sdkClient(bucket);
  return () => client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${root}all/`, MaxKeys: 50 }));
};

const bareList = (bucket: string) => {
  const storage = createStorage(configOf(bucket));
  return () => storage.listPage({ prefix: `${root}all/`, limit: 50 });
};

/** A page as the app makes it, in this process. */
const pageOf = (bucket: string) => {
  const storage = createStorage(configOf(bucket));
  const index = createIndex({ storage, path: 'recordings/' });
  return () => newestFirst(index, compileFilter({}), { after: undefined, limit: 50 });
};

/** Compressing a list takes our processor 1 ms; S3's own lists, beside which ours stand, are not compressed. */
const uncompressed = { headers: { 'accept-encoding': 'identity' } };

const drained = async (url: string) => {
  const response = await fetch(url, uncompressed);
  await response.arrayBuffer();
  return response.ok;
};
const listOf = async (url: string, query = '') =>
  Object(await (await fetch(`${url}/recordings?limit=50${query}`, uncompressed)).json());

/** What the seed does for its list. */
async function asTheSeed(bucket: string): Promise<void> {
  const storage = createStorage(configOf(bucket));
  const manifests: string[] = [];
  for await (const { key } of storage.list('recordings/')) if (key.endsWith('.json')) manifests.push(key);
  await Promise.all(
    manifests.map((key) => Promise.all([storage.getText(key), storage.head(key.slice(0, -'.json'.length))])),
  );
  storage.close();
}

const memory = new Map<number, number>();
const newest = new Map<number, number>();
for (const size of sizes) {
  const app = await startApp(bucketOf(size));
  const rawUrl = await listUrl(bucketOf(size), 50);
  const [first, bare, raw] = await medians(
    rounds,
    () => listOf(app.url),
    sdkList(bucketOf(size)),
    () => drained(rawUrl),
  );
  const [within, within50] = await medians(rounds, pageOf(bucketOf(size)), bareList(bucketOf(size)));
  say('  the same without HTTP between us', `${ms(within)}: ${ratio(within, within50)}`);
  newest.set(size, first ?? Number.NaN);
  memory.set(size, app.memory());
  say(
    `newest 50 of ${size}`,
    `${ms(first)}; a bare LIST of 50 by the SDK ${ms(bare)}: ${ratio(first, bare)}; by fetch ${ms(raw)}: ${ratio(first, raw)}`,
  );

  if (size === 1_000) {
    const [seed] = await medians(2, () => asTheSeed(bucketOf(size)));
    say('  all 1,000 as the seed does it', `${ms(seed)}: ${ratio(seed, first)}`);
    const [complete] = await medians(5, () => drained(`${app.url}/recordings`));
    say('  all 1,000, complete', `${ms(complete)}: ${ratio(complete, seed)} of the seed's`);
  }
  if (size === 100_000) {
    let cursor = '';
    for (let page = 1; page < 100; page += 1) {
      const { nextCursor } = await listOf(app.url, cursor && `&cursor=${cursor}`);
      cursor = nextCursor;
    }
    const room = encodeURIComponent(`Team meeting ${roomCount - 1}`);
    const [one, hundred, rooms, oldest, searched] = await medians(
      rounds,
      () => listOf(app.url),
      () => listOf(app.url, `&cursor=${cursor}`),
      () => listOf(app.url, `&roomName=${room}`),
      () => listOf(app.url, '&order=oldest'),
      () => listOf(app.url, '&search=meeting%2019'),
    );
    say('  page 100', `${ms(hundred)}: ${ratio(hundred, one)} of page 1`);
    say("  a room's page", `${ms(rooms)}: ${ratio(rooms, one)} of all rooms'`);
    say('  oldest 50', ms(oldest));
    say('  newest 50 by text that one in twenty has', ms(searched));
  }
  if (size === 100_000) {
    const began = performance.now();
    const response = await fetch(`${app.url}/trpc/recordings.totals`);
    say(
      '  counted for the first time',
      `${ms(performance.now() - began)}: ${JSON.stringify(Object(await response.json()).result?.data)}`,
    );
    say('  memory after that', `${(app.memory() / 2 ** 20).toFixed(0)} MB`);
  }
  if (size === 10_000) {
    const direct = await listUrl(bucketOf(size), 51);
    for (const atOnce of [1, 8, 32]) {
      const s3 = await load(5_000, atOnce, () => drained(direct));
      const ours = await load(5_000, atOnce, () => drained(`${app.url}/recordings?limit=50`));
      say(
        `  list requests, ${atOnce} at once`,
        `${ours.perSecond.toFixed(0)}/s, p50 ${ms(ours.p50)}, p99 ${ms(ours.p99)}, ${ours.errors} errors; S3 alone ${s3.perSecond.toFixed(0)}/s, p99 ${ms(s3.p99)}: ${ratio(ours.perSecond, s3.perSecond)}`,
      );
    }
  }
  await app.stop();
}
say('newest 50 of 100,000, against of 1,000', ratio(newest.get(100_000), newest.get(1_000)));
say(
  'memory with 100,000, against with 10',
  [100_000, 10].map((size) => `${((memory.get(size) ?? 0) / 2 ** 20).toFixed(0)} MB`).join(' / '),
);

const seedCount = 1_200;
await fillBucket('bench-seed', seedCount, { isSeed: true });
const seeded = await startApp('bench-seed');
const built = performance.now();
while ((await listOf(seeded.url)).indexing) await sleep(20);
say(`${seedCount} of the seed, entered in the index`, ms(performance.now() - built));
const { recordings } = Object(await (await fetch(`${seeded.url}/recordings`)).json());
const [firstPage] = await medians(rounds, () => listOf(seeded.url));
say(`  ${recordings.length} are listed; the first page`, ms(firstPage));
await seeded.stop();

const dense = await startApp('bench-dense');
const [first, bare] = await medians(rounds, () => listOf(dense.url), sdkList('bench-dense'));
say(
  'newest 50 of 10,000, one a second',
  `${ms(first)}; a bare LIST of 50 ${ms(bare)}: ${ratio(first, bare)}`,
);
await dense.stop();
