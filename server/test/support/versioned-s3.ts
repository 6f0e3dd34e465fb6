import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
  PutBucketVersioningCommand,
  PutObjectLockConfigurationCommand,
  type BucketVersioningStatus,
} from '@aws-sdk/client-s3';
import type { Test } from 'tap';
import { binaries, createBuilder, goVersion } from '../../../stack/programs/binaries.ts';
import { claimDataFolder, releaseDataFolder } from '../../../stack/processes/data-folder.ts';
import { s3Part } from '../../../stack/processes/parts.ts';
import { privateSettings } from '../../../stack/lib/private-settings.ts';
import { startPart } from '../../../stack/processes/process.ts';
import type { Config } from '../../app.ts';
import { createS3Client } from '../../adapters/s3/client.ts';
import { testConfig } from './build.ts';

/** Whether the stack has MinIO in the place of versitygw. */
export const isMinio = await fetch(testConfig().s3.endpoint).then(
  ({ headers }) => headers.get('server') === 'MinIO',
);

/**
 * The environment of an app whose S3 server can keep versions: a versitygw of the test's own, which ends with it;
 * MinIO where the stack has that.
 */
export async function versionedS3(t: Test): Promise<Record<string, string>> {
  if (isMinio) return {};
  const data = mkdtempSync(join(tmpdir(), 'reelroom-versions-'));
  const settings = await privateSettings(data);
  await claimDataFolder(settings);
  const { signal } = new AbortController();
  const build = createBuilder(settings, await goVersion(settings, signal), signal);
  const spec = s3Part(settings, await build(binaries.s3, () => undefined));
  const folder = spec.args.at(-1) ?? '';
  const versions = join(data, 'versions');
  mkdirSync(versions);
  const args = [...spec.args.slice(0, -1), '--versioning-dir', versions, folder];
  const part = startPart({ ...spec, args }, data);
  t.teardown(async () => {
    await part.stop();
    releaseDataFolder(settings);
    rmSync(data, { recursive: true, force: true });
  });
  await part.up;
  const { endpoint, accessKey = '', secretKey = '' } = settings.config.s3;
  return { S3_ENDPOINT: endpoint, S3_ACCESS_KEY: accessKey, S3_SECRET_KEY: secretKey };
}

/** A bucket of a test's own that keeps versions, or locks what is put into it for a day. */
export async function versionedBucket(
  environment: Record<string, string>,
  { versions, isLocked = false }: { versions?: BucketVersioningStatus; isLocked?: boolean },
) {
  const config = testConfig({ ...environment, S3_BUCKET: `test-${randomUUID()}` });
  const client = createS3Client(config.s3);
  const Bucket = config.s3.bucket;
  await client.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: isLocked }));
  const setVersioning = (Status: BucketVersioningStatus) =>
    client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status } }));
  if (versions) await setVersioning(versions);
  if (isLocked)
    await client.send(
      new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 1 } },
        },
      }),
    );
  return {
    config,
    setVersioning,
    /** Each version and delete marker whose key has `part` in it, by its key. */
    async versions(part: string): Promise<string[]> {
      const keys: string[] = [];
      let marker: { KeyMarker?: string | undefined; VersionIdMarker?: string | undefined } | undefined = {};
      while (marker) {
        const page: ListObjectVersionsCommandOutput = await client.send(
          new ListObjectVersionsCommand({ Bucket, ...marker }),
        );
        const { Versions = [], DeleteMarkers = [], NextKeyMarker, NextVersionIdMarker } = page;
        keys.push(...[...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key));
        marker = page.IsTruncated
          ? { KeyMarker: NextKeyMarker, VersionIdMarker: NextVersionIdMarker }
          : undefined;
      }
      return keys.filter((key) => key.includes(part));
    },
  };
}

export type VersionedBucket = Awaited<ReturnType<typeof versionedBucket>>;

/** The same config by another way. */
export const configBy = ({ s3 }: Config, environment: Record<string, string>, url: string): Config =>
  testConfig({ ...environment, S3_BUCKET: s3.bucket, S3_ENDPOINT: url });
