import { procedure, router } from '../../http/trpc.ts';

export const systemRouter = router({
  /** What works now, and what is still being set up. */
  status: procedure.query(({ ctx }) => ctx.system.status()),
});
