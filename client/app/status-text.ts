import type { SystemStatus } from '@reelroom/shared';

/** One line of the set-up banner. */
export interface SetupLine {
  name: string;
  step: string;
  /** ms since it began, where it is under way. */
  elapsedMs: number | undefined;
  failed: boolean;
}

/** Whether everything works, so that nothing more is to be asked. */
export function isAllReady(status: SystemStatus): boolean {
  const { calls, recording, storage, setup } = status;
  return calls.ready && recording.ready && storage.ready && setup.every((part) => part.state === 'ready');
}

/** What to tell of the set-up: the parts being worked on and those that failed, or else one that waits. */
export function setupLines(setup: SystemStatus['setup']): SetupLine[] {
  const active = setup.filter((part) => part.state === 'working' || part.state === 'failed');
  const shown = active.length > 0 ? active : setup.filter((part) => part.state === 'waiting').slice(0, 1);
  return shown.map(({ name, step, state, elapsedMs }) => ({
    name,
    step,
    elapsedMs: state === 'working' ? elapsedMs : undefined,
    failed: state === 'failed',
  }));
}
