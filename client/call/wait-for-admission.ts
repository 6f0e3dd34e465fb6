import type { Standing } from '@reelroom/shared';
import { trpc } from '../app/trpc.ts';

/** The pause before knocking again after the connection to the server was lost, in ms. */
const againMs = 2_000;

/** The user's standing once it is decided; undefined when the connection ends first. */
const decision = (roomName: string, signal: AbortSignal): Promise<Standing | undefined> =>
  new Promise((resolve) => {
    const subscription = trpc.lobby.wait.subscribe(
      { roomName },
      {
        onData: (standing) => {
          if (standing !== 'waiting') end(standing);
        },
        onComplete: () => end(undefined),
        onError: () => end(undefined),
      },
    );
    const onAbort = () => end(undefined);
    function end(standing: Standing | undefined) {
      signal.removeEventListener('abort', onAbort);
      subscription.unsubscribe();
      resolve(standing);
    }
    signal.addEventListener('abort', onAbort);
  });

/**
 * Knocks at a room, and waits until a host decides or `signal` is aborted; knocks again after a lost connection to
 * the server.
 */
export async function waitForAdmission(
  roomName: string,
  name: string,
  signal: AbortSignal,
): Promise<Standing | undefined> {
  while (!signal.aborted) {
    try {
      const { standing } = await trpc.lobby.knock.mutate({ roomName, name });
      const decided = standing === 'waiting' ? await decision(roomName, signal) : standing;
      if (decided !== undefined) return decided;
    } catch {
      // The server is unreachable: retried below.
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
  return undefined;
}
