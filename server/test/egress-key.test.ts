import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import t from 'tap';
import { createEgressRequests } from '../adapters/livekit/egress-request.ts';
import { egressFiles } from '../bucket/layout.ts';
import { bucketOf, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { startPolicedS3 } from './support/policed-s3.ts';
import { ffprobe, startRecording, untilEnded, untilShown } from './support/recording.ts';
import { until } from './support/until.ts';

t.setTimeout(240_000);

const options = { roomName: 'r', quality: '720p', layout: 'grid', audioOnly: false } as const;
const outputsOf = (environment: Record<string, string>) => {
  const config = testConfig(environment);
  return createEgressRequests(config, egressFiles(config.recordings.path)).outputsOf('r.mp4', options);
};

t.test('Egress gets a key of its own, ours without one, or none', async (t) => {
  const keys = { S3_EGRESS_ACCESS_KEY: 'a', S3_EGRESS_SECRET_KEY: 'b' };
  const { file, segments, images } = await outputsOf({ ...keys, S3_EGRESS_SESSION_TOKEN: 'c' });
  const value = { accessKey: 'a', secret: 'b', sessionToken: 'c' };
  for (const output of [file, segments, images]) t.match(output, { output: { case: 's3', value } });
  t.match(await outputsOf(keys), { file: { output: { value: { accessKey: 'a', sessionToken: '' } } } });
  const { accessKey } = testConfig().s3;
  t.match(await outputsOf({}), { file: { output: { value: { accessKey } } } });
  const none = await outputsOf({ EGRESS_UPLOAD: 'server' });
  t.match(none, { file: { filepath: 'recordings/r.mp4' } });
  for (const output of Object.values(none)) t.equal(output?.output.case, undefined);
});

t.test('a recorder that may only put below RECORDINGS_PATH records', async (t) => {
  const s3 = await startPolicedS3(t);
  const config = testConfig({
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY: s3.root.accessKeyId,
    S3_SECRET_KEY: s3.root.secretAccessKey,
    S3_EGRESS_ACCESS_KEY: s3.user.accessKeyId,
    S3_EGRESS_SECRET_KEY: s3.user.secretAccessKey,
  });
  const { keys, put } = await bucketOf(config);
  const { bucket: Bucket } = config.s3;
  await s3.allow(Bucket, config.recordings.path, ['s3:PutObject']);
  await put('recordings/before.mp4', 'of somebody else');

  const { trpc, url } = await serve(t, config);
  const { name: roomName } = await openRoom(t, config);
  const { name } = await startRecording(trpc, roomName);
  await untilShown(config, roomName, 'recording');
  await until('a segment', async () => (await keys()).some((key) => key.endsWith('.ts')));
  await until('a thumbnail', async () => (await keys()).some((key) => key.endsWith('.jpeg')));
  await trpc.recordings.stop.mutate({ roomName });
  t.match(await untilEnded(trpc, name, 60_000), { status: 'ready', endedBy: 'stop' });
  t.ok((await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`)).duration > 1);

  const recorder = s3.asUser;
  const refused = { name: 'AccessDenied' };
  const before = { Bucket, Key: 'recordings/before.mp4' };
  t.match(await failure(recorder.send(new GetObjectCommand(before))), refused, 'it reads nothing');
  t.match(await failure(recorder.send(new DeleteObjectCommand(before))), refused, 'it deletes nothing');
  t.match(await failure(recorder.send(new ListObjectsV2Command({ Bucket }))), refused, 'it lists nothing');
  const Body = Buffer.alloc(1);
  const elsewhere = { Bucket, Key: 'elsewhere/a.mp4', Body };
  t.match(
    await failure(recorder.send(new PutObjectCommand(elsewhere))),
    refused,
    'nor does it put elsewhere',
  );

  // As Egress uploads a file of more than 5 MB.
  const large = { Bucket, Key: 'recordings/large.mp4' };
  const { UploadId } = await recorder.send(new CreateMultipartUploadCommand(large));
  const upload = { ...large, UploadId };
  const { ETag } = await recorder.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body }));
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
  await recorder.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
  t.ok((await keys('recordings/large')).length === 1, 'in parts, too');
  const begun = {
    ...large,
    UploadId: (await recorder.send(new CreateMultipartUploadCommand(large))).UploadId,
  };
  t.match(await failure(recorder.send(new AbortMultipartUploadCommand(begun))), refused);
  await s3.allow(Bucket, config.recordings.path, ['s3:PutObject', 's3:AbortMultipartUpload']);
  await recorder.send(new AbortMultipartUploadCommand(begun));
});
