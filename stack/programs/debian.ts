import { accessSync, constants, readFileSync } from 'node:fs';
import { run } from '../processes/process.ts';
import { root, type Settings } from '../lib/settings.ts';
import { step } from '../lib/step.mjs';

/** The packages of Debian or Ubuntu that LiveKit and Egress need to be built and to run. */
export const packages = [
  'redis-server',
  // Egress shows the recorder page in Chromium, on a virtual display and sound card.
  'chromium',
  // Fonts for names in all scripts.
  'fonts-dejavu-core',
  'fonts-noto-cjk',
  'fonts-noto-color-emoji',
  'fonts-noto-core',
  'fontconfig',
  'pulseaudio',
  'pulseaudio-utils',
  'xvfb',
  // It records the page with GStreamer.
  'gstreamer1.0-libav',
  'gstreamer1.0-plugins-bad',
  'gstreamer1.0-plugins-base',
  'gstreamer1.0-plugins-good',
  'gstreamer1.0-plugins-ugly',
  'gstreamer1.0-pulseaudio',
  'gstreamer1.0-x',
  // To build it.
  'gcc',
  'libc6-dev',
  'libgstreamer-plugins-bad1.0-dev',
  'libgstreamer-plugins-base1.0-dev',
  'libgstreamer1.0-dev',
  'pkg-config',
  // Tests inspect recordings with ffprobe.
  'ffmpeg',
  // They test the API with a Python program.
  'python3-venv',
];

/** Where Egress 1.8 keeps a recording until it is uploaded; the path is fixed in its source. */
const recordingFolder = '/home/egress/tmp';

/** Whether a system with this `/etc/os-release` has apt-get and these packages. */
export function isDebian(osRelease: string): boolean {
  const ids = [...osRelease.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap(([, value = '']) =>
    value.split(' '),
  );
  return ids.includes('debian') || ids.includes('ubuntu');
}

/** Those of {@link packages} that dpkg-query's `STATUS PACKAGE` lines do not list as installed. */
export function missingPackages(dpkgOutput: string): string[] {
  const installed = new Set([...dpkgOutput.matchAll(/^ii +(\S+)$/gm)].map(([, name]) => name));
  return packages.filter((name) => !installed.has(name));
}

/** @throws on a system other than Debian or Ubuntu, with what to do instead */
export function requireDebian(): void {
  if (isDebian(readOsRelease())) return;
  throw new Error(
    'Reelroom sets up LiveKit and its Egress on Debian and Ubuntu only: set LIVEKIT_URL and S3_ENDPOINT' +
      ' to a LiveKit with Egress and to an S3 that you run.',
  );
}

const readOsRelease = () => {
  try {
    return readFileSync('/etc/os-release', 'utf8');
  } catch {
    return '';
  }
};

const canWrite = (folder: string) => {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
};

/** What the system still lacks: packages, and whether it lacks anything. */
export interface Lacking {
  packages: string[];
  anything: boolean;
}

/**
 * Prepares the system for the stack: installs what is missing when that needs no password, else prints the
 * command to run.
 */
export async function prepareSystem(
  { data }: Settings,
  signal: AbortSignal,
  installing: () => void,
): Promise<Lacking> {
  const options = { cwd: root, data, signal };
  const query = ['-W', '-f', '${db:Status-Abbrev} ${Package}\n', ...packages];
  const missing = missingPackages((await run('dpkg-query', query, options)).output);
  const commands = [
    ...(missing.length > 0
      ? [
          // Repairs an interrupted installation.
          'dpkg --configure -a',
          'apt-get update',
          `apt-get install -y --no-install-recommends ${missing.join(' ')}`,
        ]
      : []),
    ...(canWrite(recordingFolder) ? [] : [`install -d -m 1777 ${recordingFolder}`]),
  ];
  if (commands.length === 0) return { packages: [], anything: false };
  const script = commands.join(' && ');

  const isRoot = process.getuid?.() === 0;
  if (!isRoot && !(await run('sudo', ['-n', 'true'], options)).ok) {
    console.log(
      `Recording needs more of this system. Run this once, then start again:\n  sudo sh -c '${script}'`,
    );
    return { packages: missing, anything: true };
  }
  installing();
  if (missing.length > 0) console.log(`To be installed with apt-get: ${missing.join(' ')}`);
  const asRoot = ['env', 'DEBIAN_FRONTEND=noninteractive', 'sh', '-c', script];
  const [command = '', ...args] = isRoot ? asRoot : ['sudo', '-n', ...asRoot];
  await step('Preparing the system', async () => {
    const { ok, output } = await run(command, args, options);
    if (ok) return;
    throw new Error(`What the stack needs of this system could not be installed:\n${output.trimEnd()}`);
  });
  return { packages: [], anything: false };
}
