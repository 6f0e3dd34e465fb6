import t from 'tap';

/** How long a file may take that does not say for itself, in s. */
const timeout = 180;

t.setTimeout(0);
// A file reads its own limit from there; without it tap gives it 30 s.
const env = { ...process.env, TAP_TIMEOUT: String(timeout) };
// What tap's own runner does beside this (coverage, TypeScript, mocks) costs a second and a half a file.
for (const file of process.argv.slice(2))
  void t.spawn(process.execPath, [file], { timeout: timeout * 1_000, env }, file);
