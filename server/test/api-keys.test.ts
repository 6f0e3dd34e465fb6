import { createReelroomClient, errorCodeOf } from '@reelroom/sdk';
import t from 'tap';
import { makeApiKey } from '../make-key.ts';
import { createStorage } from '../adapters/s3/bucket.ts';
import { bucketOf, build } from './support/build.ts';
import { ask, protectedConfig, signIn } from './support/protected.ts';

t.test('a key made by the command lets a program in, and is nowhere in the bucket', async (t) => {
  const config = await protectedConfig();
  await bucketOf(config);
  const key = await makeApiKey(config, { name: 'backup', scopes: ['play'] });
  const app = await build(t, config);
  const url = await app.listen({ port: 0 });
  const client = createReelroomClient({ url, key });
  t.same((await client.recordings.list.query({})).recordings, []);
  t.equal(await client.keys.list.query().catch(errorCodeOf), 'FORBIDDEN');
  const other = createReelroomClient({ url });
  t.equal(await other.recordings.list.query({}).catch(errorCodeOf), 'UNAUTHENTICATED');

  const cookie = await signIn(app, 'admin');
  const keys = (await ask(app, 'keys.list', undefined, { cookie })).json().result.data;
  t.match(keys, [{ name: 'backup', scopes: ['play'], lastUsedAt: Number }]);
  t.notOk('hash' in keys[0], 'not even its hash is told');

  const storage = createStorage(config.s3);
  t.teardown(() => storage.close());
  const secret = key.slice(key.lastIndexOf('_', 20) + 1);
  for await (const { key: name } of storage.list('recordings/.reelroom/'))
    t.notOk(`${name}${await storage.getText(name)}`.includes(secret), name);
});
