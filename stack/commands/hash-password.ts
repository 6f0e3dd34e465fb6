import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { hashPassword } from '../../server/features/accounts/password.ts';

const shortest = 8;

/** Asks for a password, which is not shown while it is typed. */
async function askForPassword(): Promise<string> {
  const hidden = new Writable({ write: (_text, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: hidden, terminal: process.stdin.isTTY });
  if (process.stdin.isTTY) process.stderr.write('Password: ');
  const password = await lines.question('');
  lines.close();
  if (process.stdin.isTTY) process.stderr.write('\n');
  return password;
}

/**
 * `npm run hash-password`: asks for a password, or takes the first line of its input, and prints its hash for
 * ADMIN_PASSWORD_HASH.
 * @throws when the password is too short
 */
export async function printPasswordHash(): Promise<void> {
  const password = await askForPassword();
  if (password.length < shortest) throw new Error(`A password has at least ${shortest} characters`);
  console.log(await hashPassword(password));
}
