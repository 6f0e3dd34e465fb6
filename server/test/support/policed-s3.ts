import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutBucketPolicyCommand, S3Client } from '@aws-sdk/client-s3';
import type { Test } from 'tap';
import { freePorts } from '../../../stack/lib/ports.ts';
import { privateSettings } from '../../../stack/lib/private-settings.ts';
import { binaries, createBuilder, goVersion } from '../../../stack/programs/binaries.ts';
import { until } from './until.ts';

const root = { accessKeyId: 'root-of-this-test', secretAccessKey: 'secret-of-the-root' };

/** An S3 server (versitygw) of the test's own with a second user, who may only what a bucket's policy says. */
export async function startPolicedS3(t: Test) {
  const data = mkdtempSync(join(tmpdir(), 'reelroom-policed-'));
  t.teardown(() => rmSync(data, { recursive: true, force: true }));
  const user = { accessKeyId: 'egress', secretAccessKey: 'secret-of-the-recorder' };
  for (const folder of ['s3', 'users']) mkdirSync(join(data, folder));
  const account = { access: user.accessKeyId, secret: user.secretAccessKey, role: 'user' };
  writeFileSync(
    join(data, 'users', 'users.json'),
    JSON.stringify({ accessAccounts: { [user.accessKeyId]: account } }),
  );

  const settings = await privateSettings(data);
  const { signal } = new AbortController();
  const build = createBuilder(settings, await goVersion(settings, signal), signal);
  const program = await build(binaries.s3, () => undefined);
  const [port = 0] = await freePorts(1);
  const args = ['--quiet', '--port', `127.0.0.1:${port}`, '--iam-dir', join(data, 'users')];
  const server = spawn(program, [...args, 'posix', join(data, 's3')], {
    env: { ...process.env, ROOT_ACCESS_KEY: root.accessKeyId, ROOT_SECRET_KEY: root.secretAccessKey },
    stdio: 'ignore',
  });
  t.teardown(async () => {
    const ended = once(server, 'exit');
    if (server.kill('SIGKILL')) await ended;
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await until('S3 to answer', () =>
    fetch(endpoint).then(
      () => true,
      () => false,
    ),
  );
  const clientOf = (credentials: typeof root) =>
    new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const asRoot = clientOf(root);
  return {
    endpoint,
    root,
    user,
    asRoot,
    asUser: clientOf(user),
    /** Lets the user do this, and nothing else, with objects below `path`. */
    async allow(bucket: string, path: string, actions: string[]): Promise<void> {
      const statement = {
        Effect: 'Allow',
        Principal: { AWS: [user.accessKeyId] },
        Action: actions,
        Resource: `arn:aws:s3:::${bucket}/${path}*`,
      };
      const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
      await asRoot.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
    },
  };
}
