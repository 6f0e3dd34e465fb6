import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { keyInputSchema } from '../../shared/api/access.ts';
import { makeApiKey } from '../../server/make-key.ts';
import { parseInput } from '../../server/lib/errors.ts';
import { readSettings, root } from '../lib/settings.ts';

/**
 * `npm run make-key -- NAME ABILITY… [--room ROOM]…`: makes an API key for the library that `npm start` serves,
 * and prints it.
 * @throws when S3 is unavailable, for instance because nothing runs
 */
export async function makeKey(given: string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: given,
    allowPositionals: true,
    options: { room: { type: 'string', multiple: true } },
  });
  const [name, ...scopes] = positionals;
  if (name === undefined || scopes.length === 0)
    throw new Error('Usage: npm run make-key -- NAME ABILITY… [--room ROOM]…, such as: backup play download');
  const dotEnv = join(root, '.env');
  if (existsSync(dotEnv)) process.loadEnvFile(dotEnv);
  const { config } = readSettings(process.env);
  console.log(await makeApiKey(config, parseInput(keyInputSchema, { name, scopes, rooms: values.room })));
}
