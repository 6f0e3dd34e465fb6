import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

/** New secrets of a LiveKit and an S3 of our own. */
export const newSecrets = () => ({
  LIVEKIT_API_SECRET: randomBytes(32).toString('hex'),
  S3_SECRET_KEY: randomBytes(32).toString('hex'),
});

/** The secrets of our own LiveKit and S3 in a data folder, made at the first time. */
export function ownSecrets(data: string): { LIVEKIT_API_SECRET?: string; S3_SECRET_KEY?: string } {
  const file = join(data, 'secrets.env');
  const made = Object.entries(newSecrets()).map(([name, secret]) => `${name}=${secret}\n`);
  mkdirSync(data, { recursive: true });
  try {
    // Fails where there are some: another process may make them at the same time.
    writeFileSync(file, made.join(''), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return parseEnv(readFileSync(file, 'utf8'));
}
