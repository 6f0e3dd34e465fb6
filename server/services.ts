import type { Setup } from '@reelroom/shared';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import { createLibrary } from './features/recordings/library.ts';
import { createLifecycle } from './features/recordings/lifecycle.ts';
import { createRoomStatus } from './features/rooms/status.ts';
import { createSystem } from './features/system/system.ts';
import { createTokens } from './features/tokens/tokens.ts';

/** What routers and routes delegate to, made of the outside things that `app` has. */
export function createServices(
  { livekit, storage, log }: FastifyInstance,
  config: Config,
  setup: () => Setup,
) {
  const roomStatus = createRoomStatus({ livekit, log });
  const library = createLibrary({ storage, livekit, path: config.recordings.path, log });
  return {
    tokens: createTokens({ livekit }),
    library,
    lifecycle: createLifecycle({ livekit, library, roomStatus, log }),
    system: createSystem({ livekit, storage, setup, log }),
  };
}

export type Services = ReturnType<typeof createServices>;
