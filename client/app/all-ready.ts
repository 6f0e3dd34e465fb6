import type { SystemStatus } from '@reelroom/shared';

/** Whether everything works, so that polling can end. */
export function isAllReady(status: SystemStatus): boolean {
  const { calls, recording, storage, setup } = status;
  return calls.ready && recording.ready && storage.ready && setup.every((part) => part.state === 'ready');
}
