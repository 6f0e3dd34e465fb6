import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { bucketOf, livekitClients, openRoom, serve } from './support/build.ts';
import { startOwnStack } from './support/own-stack.ts';
import { ffprobe, startRecording, untilEnded, untilShown } from './support/recording.ts';

t.setTimeout(240_000);

t.test('EGRESS_UPLOAD=server: Egress uploads by its own configuration, and no key travels', async (t) => {
  const stack = await startOwnStack(t, { EGRESS_UPLOAD: 'server', S3_CREATE_BUCKET: 'on' });
  const { config } = stack;
  const { trpc, url } = await serve(t, config);
  const { keys } = await bucketOf(config);
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  const [asked] = await livekitClients(config).egress.listEgress({ roomName });
  const told = asked?.toJsonString() ?? '';
  t.match(told, '"filepath":', 'what Egress was asked for');
  t.notMatch(told, '"s3":', 'does not say where to upload to, nor with what key');
  // What is recorded has to have a length.
  await sleep(5_000);
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilEnded(trpc, name, 60_000), { status: 'ready', endedBy: 'stop' });
  const { duration, codecs } = await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`);
  t.ok(duration > 4, `${duration} s`);
  t.same(codecs, ['aac', 'h264']);
  const poster = await fetch(`${url}/posters/${encodeURIComponent(name)}`);
  t.equal(poster.headers.get('content-type'), 'image/jpeg', 'its pictures, too');
  t.ok((await keys()).includes(config.recordings.path + name), 'in the bucket');
});
