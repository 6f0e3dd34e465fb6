import fc from 'fast-check';
import t from 'tap';
import { createPresigner } from '../plugins/storage/presign.ts';
import { bucketOf, testConfig } from './support/build.ts';

/** What clients of HTTP, and S3 servers that keep objects as files, leave as it is. */
const segment = fc
  .string({
    unit: fc.constantFrom(...'azAZ09-_.~!\'()*+,;:@&=$%?#[]{}|^`"<> éß中🎥'),
    minLength: 1,
    maxLength: 20,
  })
  .filter((text) => !/^\.+$/.test(text) && text === text.trim());

t.test('whatever a key is, its signed URL is taken by S3', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const presign = createPresigner(config.s3);

  await fc.assert(
    fc.asyncProperty(segment, segment, segment, async (folder, file, title) => {
      const key = `${folder}/${file}`;
      await put(key, key);
      const disposition = `attachment; filename*=UTF-8''${encodeURIComponent(title)}`;
      const answer = await fetch(
        await presign('GET', key, { 'response-content-disposition': disposition }, 60),
      );
      t.equal(answer.status, 200, key);
      t.equal(await answer.text(), key);
      t.equal(answer.headers.get('content-disposition'), disposition);

      const query = { 'list-type': '2', prefix: key };
      const list = await fetch(await presign('GET', undefined, query, 60));
      t.equal(list.status, 200, `a list of ${key}`);
      t.match(await list.text(), '<Contents>', `a list of ${key}`);
    }),
    { numRuns: 60 },
  );
});

t.test('it is good for that key, that method and that time alone', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  await put('one.mp4', '1');
  await put('other.mp4', '2');
  const url = await createPresigner(config.s3)('GET', 'one.mp4', {}, 60);
  t.equal((await fetch(url)).status, 200);
  t.equal((await fetch(url.replace('one', 'other'))).status, 403);
  t.equal((await fetch(url, { method: 'HEAD' })).status, 403);
  t.equal((await fetch(url.replace('Expires=60', 'Expires=61'))).status, 403);
});

t.test('S3 below a path, at an address without a port', async (t) => {
  const presign = createPresigner({ ...testConfig().s3, endpoint: 'https://example.org/s3/', bucket: 'b' });
  t.match(await presign('GET', 'a b/c.mp4', {}, 60), /^https:\/\/example\.org\/s3\/b\/a%20b\/c\.mp4\?/);
  t.match(await presign('GET', undefined, {}, 60), /^https:\/\/example\.org\/s3\/b\?/);
});
