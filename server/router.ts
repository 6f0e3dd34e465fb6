import * as routers from './routers.ts';
import { router } from './http/trpc.ts';

export const appRouter = router(routers);

export type AppRouter = typeof appRouter;
