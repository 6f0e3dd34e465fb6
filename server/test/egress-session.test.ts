import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import t from 'tap';
import { bucketOf, openRoom, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { ffprobe, startRecording, untilEnded, untilShown } from './support/recording.ts';

t.setTimeout(240_000);

const { endpoint, region, ...own } = testConfig().s3;
const credentials = { accessKeyId: own.accessKey ?? '', secretAccessKey: own.secretKey ?? '' };

/** MinIO has a service for temporary credentials, which versitygw lacks. */
const isMinio = await fetch(`${endpoint}/minio/health/live`).then(
  ({ ok }) => ok,
  () => false,
);

/** Temporary credentials for an hour, which may do this and nothing else (AssumeRole with a session policy). */
async function assumeRole(Action: string[], Resource: string) {
  const { protocol, hostname, port, host } = new URL(endpoint);
  const body = new URLSearchParams({
    ...{ Action: 'AssumeRole', Version: '2011-06-15', DurationSeconds: '3600' },
    Policy: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] }),
  }).toString();
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Hash.bind(null, 'sha256') });
  const { headers } = await signer.sign({
    ...{ method: 'POST', protocol, hostname, port: Number(port), path: '/', body },
    headers: { host, 'content-type': 'application/x-www-form-urlencoded' },
  });
  const answer = await (await fetch(endpoint, { method: 'POST', headers, body })).text();
  const field = (name: string) => {
    const [, value] = new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer) ?? [];
    if (value === undefined) throw new Error(`no ${name} in ${answer}`);
    return value;
  };
  return {
    accessKeyId: field('AccessKeyId'),
    secretAccessKey: field('SecretAccessKey'),
    sessionToken: field('SessionToken'),
  };
}

t.test(
  'a recorder with temporary credentials that may only put below RECORDINGS_PATH records, on MinIO',
  { skip: isMinio ? false : 'this S3 has no temporary credentials: npm run test:minio' },
  async (t) => {
    const S3_BUCKET = `put-only-${Date.now()}`;
    const may = ['s3:PutObject', 's3:AbortMultipartUpload'];
    const given = await assumeRole(may, `arn:aws:s3:::${S3_BUCKET}/recordings/*`);
    const config = testConfig({
      S3_BUCKET,
      S3_EGRESS_ACCESS_KEY: given.accessKeyId,
      S3_EGRESS_SECRET_KEY: given.secretAccessKey,
      S3_EGRESS_SESSION_TOKEN: given.sessionToken,
    });
    const { put } = await bucketOf(config);
    await put('recordings/before.mp4', 'of somebody else');

    const { trpc, url } = await serve(t, config);
    const { name: roomName } = await openRoom(t, config);
    const { name } = await startRecording(trpc, roomName);
    await untilShown(config, roomName, 'recording');
    // What is recorded has to have a length.
    await sleep(5_000);
    await trpc.recordings.stop.mutate({ roomName });
    t.match(await untilEnded(trpc, name, 60_000), { status: 'ready', endedBy: 'stop' });
    t.ok((await ffprobe(`${url}/recordings/${encodeURIComponent(name)}`)).duration > 1);

    const recorder = new S3Client({ endpoint, region, forcePathStyle: true, credentials: given });
    const Bucket = S3_BUCKET;
    const refused = { name: 'AccessDenied' };
    const before = { Bucket, Key: 'recordings/before.mp4' };
    t.match(await failure(recorder.send(new GetObjectCommand(before))), refused, 'it reads nothing');
    t.match(await failure(recorder.send(new ListObjectsV2Command({ Bucket }))), refused, 'it lists nothing');
    const elsewhere = { Bucket, Key: 'elsewhere/a.mp4', Body: Buffer.alloc(1) };
    t.match(await failure(recorder.send(new PutObjectCommand(elsewhere))), refused, 'nor puts it elsewhere');
  },
);
