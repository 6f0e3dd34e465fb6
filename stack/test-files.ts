import t from 'tap';

/** How long a file may take that does not say for itself, in seconds. */
const timeout = 180;

t.setTimeout(0);
// What tap's own runner does beside this (coverage, TypeScript, mocks) costs a second and a half a file.
const env = { ...process.env, TAP_TIMEOUT: String(timeout) };
for (const file of process.argv.slice(2))
  void t.spawn(process.execPath, [file], { env, timeout: timeout * 1_000 }, file);
