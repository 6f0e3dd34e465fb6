import { parse } from 'content-disposition';
import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';

t.test('?download has a browser save the video under a good name', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const name = 'Équipe "A" 🎥-RM_1-2026-01-31T101530.mp4';
  await put(`recordings/${name}`, 'video');
  const { url } = await serve(t, config);
  const address = `${url}/recordings/${encodeURIComponent(name)}`;
  const disposition = async (query: string, init: RequestInit = {}) => {
    const { status, headers } = await fetch(`${address}${query}`, init);
    return { status, disposition: headers.get('content-disposition') };
  };
  const nameOf = async (query: string) => parse((await disposition(query)).disposition ?? '');

  t.same(await disposition(''), { status: 200, disposition: null });
  const described = 'Équipe _A_ 🎥 2026-01-31 10.15.30 UTC.mp4';
  for (const [query, filename] of [
    ['?download', described],
    ['?download=', described],
    ['?download=a&download=b', described],
    ['?download&tz=Asia/Tokyo', 'Équipe _A_ 🎥 2026-01-31 19.15.30.mp4'],
    ['?download=&tz=Pacific%2FHonolulu', 'Équipe _A_ 🎥 2026-01-31 00.15.30.mp4'],
    ['?download=Kick-off&tz=Asia/Tokyo', 'Kick-off.mp4'],
    ['?download=Kick-off', 'Kick-off.mp4'],
    ['?download=%2E%2E%2Fa%0D%0Ab%22', '_a__b_.mp4'],
    ['?download=%C3%A9t%C3%A9%20%F0%9F%8E%A5', 'été 🎥.mp4'],
  ] as const)
    t.match(await nameOf(query), { type: 'attachment', parameters: { filename } }, query);

  const head = await disposition('?download=a', { method: 'HEAD' });
  t.same(head, { status: 200, disposition: 'attachment; filename=a.mp4' });
  const part = await disposition('?download=a', { headers: { range: 'bytes=1-2' } });
  t.same(part, { status: 206, disposition: 'attachment; filename=a.mp4' });

  for (const query of ['?download&tz=Mars/Olympus', '?tz=', '?download&tz=UTC&tz=UTC'])
    for (const method of ['GET', 'HEAD']) {
      const response = await fetch(`${address}${query}`, { method });
      t.equal(response.status, 400, `${method} ${query}`);
      if (method === 'GET')
        t.match(await response.json(), { code: 'INVALID_INPUT', errorMessage: /^tz must be a time zone/ });
    }

  const zoned = `${address}?download&tz=Asia/Tokyo`;
  const etag = (await fetch(address)).headers.get('etag') ?? '';
  const asked = (headers: Record<string, string>) => fetch(zoned, { headers });
  t.equal((await asked({})).headers.get('etag'), etag, 'it is the same file in every zone');
  t.equal((await asked({ 'if-none-match': etag })).status, 304);
  const rest = await asked({ range: 'bytes=2-', 'if-range': etag });
  t.equal(rest.status, 206);
  t.equal(await rest.text(), 'deo', 'and a download goes on with it');
});
