import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { bucketOf, livekitClients, openRoom, serve, testConfig } from '../support/build.ts';
import { failure } from '../support/failure.ts';
import { proxyTo } from '../support/proxy.ts';
import { shownStatus, untilShown } from '../support/recording.ts';
import { until } from '../support/until.ts';

const egressPid = () =>
  Number(readFileSync(join(process.env.REELROOM_STACK ?? '', 'run', 'egress.pid'), 'utf8'));

t.test('no recorder takes the job: a sentence within 5 s, and nothing begins later', async (t) => {
  const config = testConfig();
  const { keys } = await bucketOf(config);
  const { trpc, post } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { egress } = livekitClients(config);

  const pid = egressPid();
  process.kill(pid, 'SIGSTOP');
  t.teardown(() => process.kill(pid, 'SIGCONT'));

  const began = Date.now();
  t.match(await failure(trpc.recordings.start.mutate({ roomName })), {
    message: /No recorder is free/,
    data: { code: 'SERVICE_UNAVAILABLE', httpStatus: 503, errorCode: 'NO_RECORDER' },
  });
  t.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
  await until('the room to be told', async () => (await shownStatus(config, roomName))?.status === 'failed');
  const rest = await post('/recordings/start', { roomName });
  t.equal(rest.status, 503);
  t.match(await rest.json(), { errorMessage: /No recorder is free/, code: 'NO_RECORDER' });

  process.kill(pid, 'SIGCONT');
  await until('the recorder to take jobs again', async () => {
    const start = await trpc.recordings.start.mutate({ roomName }).catch(() => undefined);
    return start !== undefined;
  });
  await until('the recorder, which is just beginning, to be told', () =>
    trpc.recordings.stop.mutate({ roomName }).then(
      () => true,
      () => false,
    ),
  );
  await until(
    'every egress to end',
    async () => (await egress.listEgress({ roomName, active: true })).length === 0,
  );
  const began2 = (await egress.listEgress({ roomName })).length;
  t.ok(began2 >= 1, `${began2} egresses in all`);
  t.ok((await keys()).filter((key) => key.endsWith('.mp4')).length <= 1);
});

t.test('the answer to a start is lost: what began is stopped, and another start works', async (t) => {
  const livekit = await proxyTo(t, testConfig().livekit.url);
  const config = testConfig({ LIVEKIT_URL: livekit.url });
  const { trpc } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { egress } = livekitClients(config);
  const active = async () => egress.listEgress({ roomName, active: true });

  livekit.fallSilent(/StartRoomCompositeEgress/);
  const starting = failure(trpc.recordings.start.mutate({ roomName }));
  await until('a recorder to take the job', async () => (await active()).length === 1);
  t.match(await starting, { data: { httpStatus: 503, errorCode: 'NO_RECORDER' } });
  await until('it to be stopped', async () => (await active()).length === 0);

  livekit.comeBack();
  await trpc.recordings.start.mutate({ roomName });
  await untilShown(config, roomName, 'recording');
  await trpc.recordings.stop.mutate({ roomName });
  await untilShown(config, roomName, 'ready');
});
