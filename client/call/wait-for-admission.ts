import type { Standing } from '@reelroom/shared';
import { trpc } from '../app/trpc.ts';

/** How long, in ms, until the user asks again whose connection to the server was lost. */
const againMs = 2_000;

/** Where the user stands once it is decided; undefined when the connection ends first. */
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
 * Asks to be let into a room, and waits until a host decides, or `signal` is aborted; goes on when the server was
 * away.
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
      // The server is away: asked again below.
    }
    await new Promise((resolve) => setTimeout(resolve, againMs));
  }
  return undefined;
}
