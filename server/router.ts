import { recordingsRouter } from './features/recordings/router.ts';
import { roomsRouter } from './features/rooms/router.ts';
import { systemRouter } from './features/system/router.ts';
import { tokensRouter } from './features/tokens/router.ts';
import { router } from './trpc.ts';

export const appRouter = router({
  recordings: recordingsRouter,
  rooms: roomsRouter,
  system: systemRouter,
  tokens: tokensRouter,
});

export type AppRouter = typeof appRouter;
