import { readFileSync } from 'node:fs';
import t from 'tap';
import { laneOf, type Lane } from './lanes.ts';
import { freePorts } from '../lib/ports.ts';

// Runs test files, its arguments, on the stacks that REELROOM_TEST_STACKS describes: an environment each, as JSON.

/** The default timeout of a test file, in s. */
const timeout = 180;

const stacks: Record<string, string>[] = JSON.parse(process.env.REELROOM_TEST_STACKS ?? '[]');

const queues: Record<Lane, string[]> = { calls: [], beside: [] };
for (const file of process.argv.slice(2)) queues[laneOf(file, readFileSync(file, 'utf8'))].push(file);

/** Runs the files of these lanes one after the other, those of the first lane first. */
async function work(lanes: readonly Lane[], stack: Record<string, string>): Promise<void> {
  // tap's own default is 30 s.
  const env = { ...process.env, ...stack, TAP_TIMEOUT: String(timeout) };
  const next = () =>
    lanes
      .map((lane) => queues[lane])
      .find(({ length }) => length > 0)
      ?.shift();
  for (let file = next(); file !== undefined; file = next())
    // tap's own runner (coverage, TypeScript, mocks) costs a second and a half per file.
    await t.spawn(process.execPath, [file], { env, timeout: timeout * 1_000, buffered: true }, file);
}

const [port] = await freePorts(1);
t.setTimeout(0);
t.jobs = stacks.length + 1;
await Promise.all([
  ...stacks.map((stack) => work(['calls', 'beside'], stack)),
  // Beside a stack's calls, at an address of its own: LiveKit sends webhooks only to the stack's.
  work(['beside'], { ...stacks[0], SERVER_PORT: String(port), APP_URL: `http://localhost:${port}` }),
]);
