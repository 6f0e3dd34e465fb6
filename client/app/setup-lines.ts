import type { SystemStatus } from '@reelroom/shared';

/** One line of the set-up banner. */
export interface SetupLine {
  name: string;
  step: string;
  /** ms since it began, while it is in progress. */
  elapsedMs: number | undefined;
  failed: boolean;
}

/** The lines of the set-up banner: parts in progress and failed ones, or else the first that waits. */
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
