import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { differences } from './support/schemathesis.ts';

t.setTimeout(600_000);

t.test('who knows nothing but the OpenAPI document finds no difference in a minute', async (t) => {
  const config = testConfig({ SERVER_PORT: '0' });
  const { put } = await bucketOf(config);
  // That of the examples.
  await put('recordings/team-RM_fC7Rk3PmWb2a-2026-01-31T101530123.mp4', 'video');
  const { url } = await serve(t, config);
  t.equal(await differences(t, `${url}/openapi.json`, 60), undefined);
});
