import { binaries, createBuilder, goVersion } from '../programs/binaries.ts';
import { type Lacking, prepareSystem, requireDebian } from '../programs/debian.ts';
import { egressPart, livekitPart, minioPart, pulsePart, redisPart, s3Part } from '../processes/parts.ts';
import type { PartSpec } from '../processes/process.ts';
import type { Settings } from '../lib/settings.ts';
import type { createSetup, Progress } from '../processes/setup.ts';
import type { Stack } from '../processes/stack.ts';

const building = 'being built, which takes minutes the first time';
const starting = 'starting';

/**
 * Checks that this machine can run our parts, before anything is started. Returns the version of Go; empty
 * when nothing has to be built.
 * @throws an error that says what is missing and what to do
 */
export async function checkMachine(settings: Settings, signal: AbortSignal): Promise<string> {
  const { livekit, s3 } = settings.ours;
  if (livekit) requireDebian();
  return livekit || s3 ? goVersion(settings, signal) : '';
}

/**
 * Brings up storage, calls and recording, each as soon as its dependencies are up. Resolves when everything
 * that can run on this machine is up.
 */
export async function bringUp(
  settings: Settings,
  go: string,
  stack: Stack,
  setup: ReturnType<typeof createSetup>,
): Promise<void> {
  const { signal } = stack;
  const build = createBuilder(settings, go, signal);
  const works: Promise<void>[] = [];

  if (settings.ours.s3) {
    const progress = setup.add('Storage (S3)', 'storage');
    works.push(bringUpStorage(progress));
  }
  if (settings.ours.livekit) {
    const calls = setup.add('Video calls (LiveKit)', 'calls');
    const recording = setup.add('Recording (Egress)', 'recording');
    const installing = () => {
      calls.working('installing system packages');
      recording.working('installing what it needs of this system');
    };
    const system = prepareSystem(settings, signal, installing);
    const callsUp = bringUpCalls(calls, system);
    works.push(callsUp, bringUpRecording(recording, system, callsUp));
  }
  await Promise.all(works);

  /** Starts a part, and restarts it whenever it ends, which is shown in the terminal and on the page. */
  function keepUp(spec: PartSpec, progress: Progress): Promise<void> {
    return stack.keep(spec, (ended) => {
      if (ended === undefined) {
        progress.ready();
        console.log(`${spec.name} is up again`);
      } else {
        progress.working('restarting after it ended unexpectedly');
        console.log(`${ended}: restarting it`);
      }
    });
  }

  async function bringUpStorage(progress: Progress) {
    const isMinio = settings.s3Server === 'minio';
    const binary = await build(isMinio ? binaries.minio : binaries.s3, () => progress.working(building));
    progress.working(starting);
    await keepUp((isMinio ? minioPart : s3Part)(settings, binary), progress);
    progress.ready();
  }

  async function bringUpCalls(progress: Progress, system: Promise<Lacking>) {
    const binary = build(binaries.livekit, () => progress.working(building));
    // It is awaited below; if preparing the system fails first, that is reported.
    binary.catch(() => {});
    const hasRedis = !(await system).packages.includes('redis-server');
    if (hasRedis) await keepUp(redisPart(settings), progress);
    const file = await binary;
    progress.working(starting);
    await keepUp(livekitPart(settings, file, hasRedis), progress);
    progress.ready();
    console.log('Calls are ready');
  }

  async function bringUpRecording(progress: Progress, system: Promise<Lacking>, callsUp: Promise<void>) {
    if ((await system).anything) {
      progress.failed(
        'needs more system packages: run the command that `npm start` has printed, then start again',
      );
      return;
    }
    progress.waiting('waiting for LiveKit');
    const binary = build(binaries.egress, () => progress.working(building));
    binary.catch(() => {});
    const [file] = await Promise.all([binary, keepUp(pulsePart(settings), progress), callsUp]);
    progress.working(starting);
    await keepUp(egressPart(settings, file), progress);
    progress.ready();
    console.log('Recordings are ready');
  }
}
