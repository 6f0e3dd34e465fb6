import t from 'tap';

/** How long a file may take that does not say for itself, in ms. */
const timeout = 180_000;

t.setTimeout(0);
// What tap's own runner does beside this (coverage, TypeScript, mocks) costs a second and a half a file.
for (const file of process.argv.slice(2)) void t.spawn(process.execPath, [file], { timeout }, file);
