import { readFileSync } from 'node:fs';
import t from 'tap';
import { laneOf, lanes, type Lane } from './lanes.ts';
import { freePorts } from '../lib/ports.ts';

/** How long a file may take that does not say for itself, in s. */
const timeout = 180;

/** Where the app of a lane is: LiveKit tells only the one of the stack what happens. */
async function addressOf(lane: Lane) {
  if (lane === 'calls') return {};
  const [port] = await freePorts(1);
  return { SERVER_PORT: String(port), APP_URL: `http://localhost:${port}` };
}

t.setTimeout(0);
t.jobs = lanes.length;
await Promise.all(
  lanes.map(async (lane) => {
    // A file reads its own limit from there; without it tap gives it 30 s.
    const env = { ...process.env, ...(await addressOf(lane)), TAP_TIMEOUT: String(timeout) };
    // What tap's own runner does beside this (coverage, TypeScript, mocks) costs a second and a half a file.
    for (const file of process.argv.slice(2))
      if (laneOf(file, readFileSync(file, 'utf8')) === lane)
        await t.spawn(process.execPath, [file], { env, timeout: timeout * 1_000, buffered: true }, file);
  }),
);
