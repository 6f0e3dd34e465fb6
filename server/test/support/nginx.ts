import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { freePort } from './build.ts';
import { until } from './until.ts';

const run = promisify(execFile);

/**
 * Debian's nginx, unpacked into the cache once. It is not installed: a package that is
 * starts a server of the system at port 80.
 */
async function nginxProgram(): Promise<string> {
  const cache = process.env.REELROOM_CACHE || join(homedir(), '.cache', 'reelroom');
  const program = join(cache, 'nginx', 'usr', 'sbin', 'nginx');
  if (existsSync(program)) return program;
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'nginx-'));
  const download = () => run('apt-get', ['download', 'nginx'], { cwd: folder });
  // Without lists of packages, or with old ones, it is not found.
  await download().catch(() => run('apt-get', ['update']).then(download));
  const [archive = ''] = await readdir(folder);
  await run('dpkg-deb', ['--extract', join(folder, archive), folder]);
  // Another test may have been first.
  await rename(folder, join(cache, 'nginx')).catch(() => rm(folder, { recursive: true }));
  return program;
}

/** What an nginx has beside the files, in its own words. */
interface More {
  /** Locations of its server. */
  locations?: string;
  /** Other servers. */
  servers?: string;
}

const configuration = (folder: string, port: number, { locations = '', servers = '' }: More) => `
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  types { video/mp4 mp4; }
  # By default nginx takes a date for a name, and only the very same for the same.
  if_modified_since before;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/temp;`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    root ${folder}/files;
    ${locations}
  }
  ${servers}
}
`;

/**
 * An nginx that serves the files of a folder, until the test ends: its URL, and the folder.
 */
export async function startNginx(t: Test, more: More = {}): Promise<{ url: string; files: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'reelroom-nginx-'));
  const files = join(folder, 'files');
  await mkdir(files);
  const port = await freePort();
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, more));
  const args = ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')];
  const child = spawn(await nginxProgram(), args, { stdio: 'inherit' });
  t.teardown(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
    await rm(folder, { recursive: true });
  });
  const url = `http://127.0.0.1:${port}`;
  await until('nginx to answer', () =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  );
  return { url, files };
}
