import { fork } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { freePorts } from '../../stack/lib/ports.ts';
import { root } from '../../stack/lib/settings.ts';
import { bucketOf, buildServices, testConfig } from './support/build.ts';
import { proxyTo } from './support/proxy.ts';
import { receiver } from './support/receiver.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { until } from './support/until.ts';

// Starting a process takes its time on a busy machine.
t.setTimeout(180_000);

const secret = `whsec_${Buffer.from('a secret of 24 bytes or more').toString('base64')}`;
const isOutbox = (request: string) => request.startsWith('PUT ') && request.includes('/outbox/');
const hour = 3_600_000;

/** A bucket with a recording, behind a proxy, and a system that is to be told of it. */
async function withRecording(t: Parameters<typeof proxyTo>[0] & Parameters<typeof receiver>[0]) {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const { url, heard } = await receiver(t);
  const environment = {
    ...{ S3_ENDPOINT: s3.url, WEBHOOK_URLS: url, WEBHOOK_SECRET: secret },
    TRASH_DAYS: '0',
  };
  const config = testConfig(environment);
  const bucket = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const startedAt = Date.now() - hour;
  const [name = ''] = await putSeedRecordings(bucket.put, [{ roomName: 'r', roomId: 'RM_1', startedAt }]);
  const orders = async () => (await bucket.keys()).filter((key) => key.includes('/deleting/'));
  return { s3, heard, environment, config, name, orders };
}

const said = ({ headers, body }: { headers: Record<string, unknown>; body: string }) => {
  const { type, data } = JSON.parse(body);
  return { id: headers['webhook-id'], type, name: data.name };
};

t.test('the app is killed when a recording is gone, and nobody is told yet: another tells', async (t) => {
  const { s3, heard, environment, config, name, orders } = await withRecording(t);
  const [port = 0] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const app = fork('server/main.ts', {
    cwd: root,
    env: {
      ...{ ...process.env, ...environment, S3_BUCKET: config.s3.bucket },
      ...{ SERVER_PORT: String(port), LOG_LEVEL: 'silent' },
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  t.teardown(() => app.kill('SIGKILL'));
  const exit = once(app, 'exit');
  const isListed = async () => (await (await fetch(`${url}/recordings`)).text()).includes(name);
  await until('the app to list it', () => isListed().catch(() => false), 60_000);

  s3.misbehave((request) => (isOutbox(request) ? { status: 503 } : undefined));
  s3.onRequest(({ method, url = '' }) => {
    if (isOutbox(`${method} ${url}`)) app.kill('SIGKILL');
  });
  await t.rejects(fetch(`${url}/recordings/${name}`, { method: 'DELETE' }));
  t.same(await exit, [null, 'SIGKILL']);
  s3.comeBack();
  t.equal((await orders()).length, 1);
  t.same(heard, []);

  const { sweep } = await buildServices(t, config);
  await sweep();
  await sweep();
  await until('it to be told', async () => heard.length > 0);
  t.match(heard.map(said), [{ type: 'recording.deleted', name }]);
  t.same(await orders(), []);
});

t.test(
  'S3 takes no more while a recording is deleted: told at once, and once more as the same message',
  async (t) => {
    const { s3, heard, config, name, orders } = await withRecording(t);
    const { library, sweep } = await buildServices(t, config);
    s3.misbehave((request) => (isOutbox(request) ? { status: 507 } : undefined));
    await library.delete(name);
    await until('it to be told', async () => heard.length === 1);
    t.equal((await orders()).length, 1, 'nothing in the bucket says that it was');
    s3.comeBack();
    await sweep();
    await sweep();
    await until('it to be told again', async () => heard.length === 2);
    t.same(await orders(), []);
    t.equal(new Set(heard.map((one) => JSON.stringify(said(one)))).size, 1);
  },
);
