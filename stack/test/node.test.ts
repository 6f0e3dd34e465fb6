import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import t, { type Test } from 'tap';
import { fetchNode, isNewEnough } from '../lib/node.mjs';
import { root } from '../lib/settings.ts';

t.test('a Node that strips types is used as it is', async (t) => {
  for (const version of ['22.19.0', '24.0.0', '26.1.0']) t.ok(isNewEnough(version), version);
  for (const version of ['18.20.1', '20.20.2', '22.18.9']) t.notOk(isNewEnough(version), version);
});

/** A folder with an npm that takes a while and installs a `node` that is a script, then ends with `status`. */
function withNpm(t: Test, status: number) {
  const npm = `#!/bin/sh
while [ $# -gt 1 ]; do [ "$1" = --prefix ] && prefix=$2; shift; done
bin="$prefix/node_modules/\${1%@*}/bin"
mkdir -p "$bin"
sleep 0.2
printf '#!/bin/sh\\n' > "$bin/node"
chmod +x "$bin/node"
exit ${status}
`;
  const folder = t.testdir({ bin: { npm }, cache: {} });
  chmodSync(join(folder, 'bin', 'npm'), 0o755);
  const cache = join(folder, 'cache');
  return {
    cache,
    env: { PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter), REELROOM_CACHE: cache },
  };
}

t.test('Node is taken from npm once, also by two at a time', async (t) => {
  const { cache, env } = withNpm(t, 0);
  const nodes = await Promise.all([fetchNode(env), fetchNode(env)]);
  const [node = '', again] = nodes;
  t.equal(node, again);
  t.ok(existsSync(node));
  t.same(
    readdirSync(cache),
    [`node-${process.platform}-${process.arch}-24.21.0`],
    'and nothing is left over',
  );
  t.equal(await fetchNode({ ...env, PATH: '' }), node, 'without npm from then on');
});

t.test('what npm did not finish is not used', async (t) => {
  const { cache, env } = withNpm(t, 1);
  await t.rejects(fetchNode(env), /Node 24\.21\.0 could not be taken from npm/);
  t.same(readdirSync(cache), []);
});

/** Runs a program as a launcher with an old Node does: that launcher, and what the program says. */
function passOn(t: Test, program: string) {
  const folder = t.testdir({
    'program.mjs': program,
    'launcher.mjs': `
      import { runWith } from ${JSON.stringify(join(root, 'stack', 'lib', 'node.mjs'))};
      runWith(process.execPath, ['program.mjs', 'a b'], process.env);`,
  });
  const launcher = spawn(process.execPath, ['launcher.mjs'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(launcher.stdout)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next();
    return done === true ? undefined : value;
  };
  return { launcher, nextLine, exit: once(launcher, 'exit').then(([code]) => code) };
}

t.test('the launcher ends as what it runs, which has the Node first in its PATH', async (t) => {
  const { nextLine, exit } = passOn(t, 'console.log(process.argv[2], process.env.PATH); process.exit(7);');
  t.match(await nextLine(), `a b ${dirname(process.execPath)}${delimiter}`);
  t.equal(await exit, 7);

  const killed = passOn(t, "process.kill(process.pid, 'SIGKILL'); setInterval(() => {}, 1_000);");
  t.equal(await killed.exit, 128 + 9);
});

t.test('the launcher passes signals on', async (t) => {
  const waits = `
    process.once('SIGTERM', () => { console.log('asked'); process.exit(3); });
    setInterval(() => {}, 1_000);
    console.log('up');`;
  const { launcher, nextLine, exit } = passOn(t, waits);
  t.equal(await nextLine(), 'up');
  launcher.kill('SIGTERM');
  t.equal(await nextLine(), 'asked');
  t.equal(await exit, 3);
});

t.test('what the launcher runs hears that it was killed', async (t) => {
  const waits = `
    process.once('disconnect', () => { console.log('alone'); process.exit(); });
    console.log('up');`;
  const { launcher, nextLine } = passOn(t, waits);
  t.equal(await nextLine(), 'up');
  launcher.kill('SIGKILL');
  t.equal(await nextLine(), 'alone');
});
