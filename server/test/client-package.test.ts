import { execFile } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { build as bundle } from 'vite';
import packageJson from '../../package.json' with { type: 'json' };
import { root } from '../../stack/lib/settings.ts';
import { serve, testConfig } from './support/build.ts';
import { until } from './support/until.ts';

t.setTimeout(900_000);

const example = join(root, 'examples', 'node-client', 'record.ts');

/** What the compiler has to refuse. */
const wrong = `import { createReelroomClient, errorCodeOf } from '@reelroom/sdk';
const { recordings } = createReelroomClient({ url: 'http://localhost' });
const { status } = await recordings.start.mutate({ roomName: 'a', layout: 'circle' });
if (status === 'done') throw new Error();
if (errorCodeOf(status) === 'NO_SUCH_CODE') throw new Error();
recordings.changes.subscribe(undefined, {
  onData({ data }) {
    if (data.type === 'room-status') console.log(data.recording);
  },
});
`;

/** Uses what may keep a process from ending. */
const leaves = `import { createReelroomClient } from '@reelroom/sdk';
for (const headers of [{}, { 'x-any': 'thing' }]) {
  const { recordings, waitUntilReady } = createReelroomClient({ url: process.argv[2], headers });
  await new Promise((resolve) => {
    const changes = recordings.changes.subscribe(undefined, {
      onData({ data }) {
        changes.unsubscribe();
        resolve(data);
      },
    });
  });
  const signal = AbortSignal.timeout(300);
  const error = await waitUntilReady('none.mp4', { signal }).catch((error) => error);
  if (error !== signal.reason) throw error;
}
`;

/** Runs a program; all that it said, and whether it ended well, by itself and within five minutes. */
const run = (cwd: string, command: string, ...args: string[]) =>
  promisify(execFile)(command, args, { cwd, timeout: 300_000 }).then(
    ({ stdout, stderr }) => ({ ok: true, output: stdout + stderr }),
    (error: { stdout: string; stderr: string }) => ({ ok: false, output: error.stdout + error.stderr }),
  );

/** An empty project outside the workspace, into which the packed client is installed. */
async function installed(t: Test): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'reelroom-program-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const packed = await run(root, 'npm', 'run', 'pack', '--', folder);
  t.ok(packed.ok, packed.output);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const others = ['@livekit/rtc-node', 'typescript', '@types/node'] as const;
  const npm = await run(
    folder,
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    `./${tarball}`,
    ...others.map((name) => `${name}@${packageJson.devDependencies[name]}`),
  );
  t.ok(npm.ok, npm.output);
  return folder;
}

t.test('the typed client is packed, installed, compiled and run', async (t) => {
  const folder = await installed(t);
  const inside = (...path: string[]) => join(folder, 'node_modules', '@reelroom', 'sdk', ...path);
  copyFileSync(example, join(folder, 'record.ts'));
  writeFileSync(join(folder, 'wrong.ts'), wrong);
  writeFileSync(join(folder, 'leaves.js'), leaves);

  await t.test('it holds what is published, and names nothing of the server', async (t) => {
    t.same(readdirSync(inside()).sort(), ['LICENSE', 'README.md', 'dist', 'package.json']);
    const files = readdirSync(inside('dist'));
    t.ok(files.length > 0 && files.every((name) => /\.(d\.ts|js)$/.test(name)), files.join());
    for (const name of files) {
      const text = readFileSync(inside('dist', name), 'utf8');
      const imports = /^(?:import|export) .*from ['"](.+)['"]|import\(['"](.+?)['"]\)/gm;
      const imported = [...text.matchAll(imports)].map(([, from, lazily]) => from ?? lazily ?? '');
      t.same(
        imported.filter((from) => !/^(\.\/|zod(\/mini)?$|eventsource$|@trpc\/(client|server)\b)/.test(from)),
        [],
        name,
      );
      t.notMatch(text, /node:|livekit-server-sdk|aws-sdk|fastify/i, name);
    }
    const declared = readFileSync(inside('dist', 'index.d.ts'), 'utf8');
    t.match(
      declared,
      '/** Starts recording a room; returns the recording, `starting`. */',
      'with its docstrings',
    );
  });

  for (const [moduleResolution, module] of [
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
  ])
    await t.test(`it compiles under ${moduleResolution}, and mistakes do not`, async (t) => {
      const compilerOptions = {
        ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: ['node'] },
        ...{ target: 'es2023', module, moduleResolution },
      };
      const config = JSON.stringify({ compilerOptions, files: ['record.ts', 'wrong.ts'] });
      writeFileSync(join(folder, 'tsconfig.json'), config);
      const { output } = await run(folder, join(folder, 'node_modules', '.bin', 'tsc'));
      t.same(
        output.match(/^\S.*error TS\d+/gm),
        [
          'wrong.ts(3,67): error TS2322',
          'wrong.ts(4,5): error TS2367',
          'wrong.ts(5,5): error TS2367',
          'wrong.ts(8,55): error TS2339',
        ],
        output,
      );
    });

  await t.test('it does for a browser, where nothing of Node is', async (t) => {
    writeFileSync(join(folder, 'browser.js'), "export * from '@reelroom/sdk';");
    const foreign: string[] = [];
    await bundle({
      ...{ root: folder, configFile: false, logLevel: 'silent' },
      plugins: [
        {
          name: 'foreign',
          moduleParsed: ({ id }) => void (id.startsWith(folder) || foreign.push(id)),
        },
      ],
      build: { write: false, lib: { entry: join(folder, 'browser.js'), formats: ['es'] } },
    });
    t.same(
      foreign.filter((id) => /browser-external|node:/.test(id)),
      [],
    );
  });

  await t.test('it runs', async (t) => {
    const config = testConfig();
    const { url } = await serve(t, config);
    const left = await run(folder, process.execPath, 'leaves.js', url);
    t.ok(left.ok, `a program that has left everything ends: ${left.output}`);

    mkdirSync(join(folder, 'downloads'));
    const done = await until(
      'a recorder to be free',
      async () => {
        const result = await run(
          join(folder, 'downloads'),
          process.execPath,
          '../record.js',
          url,
          'Programs & "Co"',
        );
        return !result.output.includes('NO_RECORDER') && result;
      },
      90_000,
    );
    t.ok(done.ok, done.output);
    t.match(done.output, /status: starting\nstatus: recording\n/);
    const [file = ''] = readdirSync(join(folder, 'downloads'));
    const [, size] = /(\d+) bytes are in/.exec(done.output) ?? [];
    const bytes = readFileSync(join(folder, 'downloads', file));
    t.equal(bytes.length, Number(size));
    t.equal(bytes.subarray(4, 8).toString(), 'ftyp', 'an MP4');
    t.equal((await fetch(`${url}/recordings/${encodeURIComponent(file)}`)).status, 404, 'deleted in the end');
  });
});
