import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';

const run = promisify(execFile);

const version = '4.32.5';

/** Schemathesis, in a Python environment of its own in the cache, made once. */
async function program(): Promise<string> {
  const cache = process.env.REELROOM_CACHE || join(homedir(), '.cache', 'reelroom');
  const folder = join(cache, `schemathesis-${version}`);
  const st = join(folder, 'bin', 'st');
  if (existsSync(join(folder, 'complete'))) return st;
  // An environment knows where it was made: it is made where it stays.
  await rm(folder, { recursive: true, force: true });
  await mkdir(cache, { recursive: true });
  await run('python3', ['-m', 'venv', folder]);
  await run(join(folder, 'bin', 'python'), [
    ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', `schemathesis==${version}`],
  ]);
  await writeFile(join(folder, 'complete'), '');
  return st;
}

/**
 * What the property-based tester of OpenAPI documents that is Schemathesis finds different between a document and the
 * API that it describes, in so many seconds: its report; nothing where there is no difference.
 */
export async function differences(t: Test, document: string, seconds: number): Promise<string | undefined> {
  const st = await program();
  const folder = await mkdtemp(join(tmpdir(), 'reelroom-schemathesis-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const config = join(folder, 'schemathesis.toml');
  await writeFile(
    config,
    [
      '[checks.not_a_server_error]',
      // 503 is true where a recorder does not answer; it has to be in the document as any other.
      'expected-statuses = ["2xx", "3xx", "4xx", "503"]',
      // An address of more than 16 kB is refused as that, before anything in it is read: 431.
      '[checks.negative_data_rejection]',
      'expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "415", "422", "428", "429", "431", "5xx"]',
      '[[operations]]',
      'include-name = "GET /recordings"',
      // No program makes up a cursor: the server gives it.
      'parameters = { cursor = "" }',
    ].join('\n'),
  );
  const limits = ['--seed', '1', '--max-time', String(seconds), '--generation-database', 'none'];
  try {
    await run(
      st,
      ['--config-file', config, 'run', document, '--phases', 'coverage,fuzzing', '--no-color', ...limits],
      {
        cwd: folder,
        maxBuffer: 64 << 20,
      },
    );
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && error.stdout) return String(error.stdout);
    throw error;
  }
}
