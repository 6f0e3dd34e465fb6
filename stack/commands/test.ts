import { join } from 'node:path';
import { filesAmong, onOwnStack, type OwnStack } from './own-stack.ts';
import { run } from '../processes/process.ts';
import { root, type Environment } from '../lib/settings.ts';
import { brief, type Count, countTap } from '../testing/tap.ts';

const everything = ['shared/test', 'sdk/test', 'server/test', 'client', 'stack/test', 'e2e'];

/** Where the slowest tests are: processes killed and networks cut on the real stack, mostly waited for. */
const faults = 'server/test/faults/';

/** The tests of what S3 does: keys, lists, ranges, preconditions, multipart uploads, deletes. */
const storageTests = [
  'presign',
  'unavailable',
  'list-recordings',
  'delete-recording',
  'delete-many',
  'rename-recording',
  'reindex',
  'heal-index',
  'retention',
  'versions',
  'faststart',
  'finish',
  'format',
  'rebuild',
  'thumbnails',
  'video',
  'video-redirect',
  'share-link',
  'record',
  'egress-session',
].map((name) => `server/test/${name}.test.ts`);

/** How long all tests together may take, in ms. */
const deadline = 40 * 60_000;

/** The test files named, and those in the folders named. */
const testsIn = (paths: string[]): string[] =>
  paths.flatMap((path) => {
    const files = filesAmong([path], '.test.ts');
    if (files.length === 0) throw new Error(`There is no test in ${path}`);
    return files;
  });

/** `npm test`: the tests named, files or folders; by default all but the {@link faults}. */
export async function test(named: string[]): Promise<boolean> {
  if (named.length > 0) return runTests(testsIn(named));
  console.log(`All but ${faults}, which \`npm run test:all\` runs, too`);
  return runTests(testsIn(everything).filter((file) => !file.startsWith(faults)));
}

/** `npm run test:all`: those of `npm test` and the {@link faults}. */
export const testAll = (): Promise<boolean> => runTests(testsIn(everything));

/** `npm run test:minio`: {@link storageTests}, or those named, with MinIO in the place of versitygw. */
export const testOnMinio = (named: string[]): Promise<boolean> =>
  runTests(testsIn(named.length > 0 ? named : storageTests), { REELROOM_S3_SERVER: 'minio' });

/** Runs test files on a stack of its own. Prints `N passed, N failed` last; returns whether all passed. */
async function runTests(files: string[], environment: Environment = {}): Promise<boolean> {
  let count: Count = { passed: 0, failed: 1 };
  await onOwnStack(
    'test',
    async (stack) => {
      const { passed, failed } = await runFiles(stack, files);
      if (passed + failed > 0) count = { passed, failed };
      return count.failed === 0;
    },
    environment,
  );
  console.log(`${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0;
}

async function runFiles({ data, env, signal }: OwnStack, files: string[]): Promise<Count> {
  const lines: string[] = [];
  const worthShowing = brief();
  const onLine = (line: string) => {
    lines.push(line);
    for (const shown of worthShowing(line)) console.log(shown);
  };
  const late = AbortSignal.timeout(deadline);
  const { ok } = await run(process.execPath, ['stack/testing/test-files.ts', ...files], {
    ...{ cwd: root, data, onLine },
    // Hundreds of processes load the same modules.
    env: { ...env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile') },
    signal: AbortSignal.any([signal, late]),
  }).catch((error: unknown) => {
    if (!late.aborted) throw error;
    console.error(`The tests took longer than ${deadline / 60_000} minutes and were ended`);
    return { ok: false };
  });
  const count = countTap(lines.join('\n'));
  return ok || count.failed > 0 ? count : { ...count, failed: 1 };
}
