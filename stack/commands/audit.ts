import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../lib/settings.ts';

const { packageManager }: { packageManager: string } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

/** What pnpm says where the registry has no list of vulnerabilities: many mirrors have none. */
const notOffered =
  /ERR_PNPM_AUDIT_(?:BAD_RESPONSE|ENDPOINT_NOT_EXISTS)|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN/;

/**
 * `npm run audit`: known vulnerabilities of what runs in production, but for those that `auditConfig` in
 * pnpm-workspace.yaml accepts. Returns whether there are none; a registry that does not answer the question is told
 * of and fails nothing.
 */
export async function audit(): Promise<boolean> {
  const child = spawn('npx', ['--yes', packageManager, 'audit', '--prod', '--audit-level', 'moderate'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      output += error.message;
      resolve(null);
    });
    child.on('close', resolve);
  });
  if (code !== 0 && notOffered.test(output)) {
    console.log('Audit: the registry offers none here; nothing was checked');
    return true;
  }
  console.log(output.trimEnd());
  return code === 0;
}
