import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { reindexBucket } from '../../server/reindex.ts';
import { readSettings, root } from '../lib/settings.ts';

/** How often progress is printed, in ms. */
const tellEveryMs = 2_000;

/**
 * `npm run reindex`: rebuilds the index of the library that `npm start` would serve, and prints what it did
 * and what it skipped.
 * @throws when S3 is unavailable, for instance because nothing runs
 */
export async function reindex(): Promise<boolean> {
  const dotEnv = join(root, '.env');
  if (existsSync(dotEnv)) process.loadEnvFile(dotEnv);
  const { config } = readSettings(process.env);
  let toldAt = Date.now();
  const report = await reindexBucket(config, ({ recordings }) => {
    if (Date.now() - toldAt < tellEveryMs) return;
    toldAt = Date.now();
    console.log(`${recordings} recordings so far`);
  });
  const { recordings, written, removed, problems, problemCount } = report;
  for (const problem of problems) console.log(`Passed over: ${problem}`);
  if (problemCount > problems.length) console.log(`… and ${problemCount - problems.length} more`);
  console.log(
    `${recordings} recordings are in the index: ${written} entries written, ${removed} taken out, ${problemCount} passed over`,
  );
  if (!report.isWhole) console.log('Entries were taken away meanwhile: run it again');
  return report.isWhole;
}
