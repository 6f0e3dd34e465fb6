import { readFileSync } from 'node:fs';
import t from 'tap';
import { laneOf, lanes, type Lane } from './lanes.ts';
import { freePorts } from '../lib/ports.ts';

/** The default timeout of a test file, in s. */
const timeout = 180;

/** The address of a lane's app: LiveKit sends webhooks only to the stack's. */
async function addressOf(lane: Lane) {
  if (lane === 'calls') return {};
  const [port] = await freePorts(1);
  return { SERVER_PORT: String(port), APP_URL: `http://localhost:${port}` };
}

t.setTimeout(0);
t.jobs = lanes.length;
await Promise.all(
  lanes.map(async (lane) => {
    // tap's own default is 30 s.
    const env = { ...process.env, ...(await addressOf(lane)), TAP_TIMEOUT: String(timeout) };
    // tap's own runner (coverage, TypeScript, mocks) costs a second and a half per file.
    for (const file of process.argv.slice(2))
      if (laneOf(file, readFileSync(file, 'utf8')) === lane)
        await t.spawn(process.execPath, [file], { env, timeout: timeout * 1_000, buffered: true }, file);
  }),
);
