import t from 'tap';
import { withLease } from '../features/recordings/lease.ts';
import { createStorage } from '../plugins/storage/storage.ts';
import { bucketOf, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { until } from './support/until.ts';

t.test('a lease', async (t) => {
  const config = testConfig();
  const { put, keys } = await bucketOf(config);
  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const { signal } = new AbortController();

  await t.test('what is costly is done by one of many', async (t) => {
    let done = 0;
    let isOver = false;
    const work = async () => {
      done += 1;
      await until('it to be over', async () => isOver);
    };
    const all = Array.from({ length: 8 }, () => withLease(storage, 'one', work, signal));
    await until('it to begin', async () => done > 0);
    isOver = true;
    const results = await Promise.all(all);
    t.equal(done, 1);
    t.equal(results.filter((result) => result !== undefined).length, 1);
    t.same(await keys(), [], 'the lease is given back');
  });

  await t.test('work that fails gives it back, and tells why', async (t) => {
    const failing = withLease(storage, 'fails', () => Promise.reject(new Error('no')), signal);
    t.match(await failure(failing), { message: 'no' });
    t.same(await keys(), []);
  });

  await t.test('whose owner has died, it is taken over', async (t) => {
    await put('dead', '{}');
    t.same(await withLease(storage, 'dead', async () => 'done', signal), { result: 'done' });
    t.same(await keys(), []);
  });
});
