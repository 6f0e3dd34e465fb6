import { initTRPC, TRPCError } from '@trpc/server';
import { errorCodes } from '@reelroom/shared';
import { ReelroomError, toReelroomError } from './errors.ts';
import type { Services } from './services.ts';

/** What every procedure is given. */
export interface Context extends Services {
  /** Where the one who asks has found the app, without a slash at its end. */
  baseUrl: string;
}

const t = initTRPC.context<Context>().create({
  // A subscription that says nothing is told from one whose connection is dead.
  sse: { ping: { enabled: true, intervalMs: 10_000 }, client: { reconnectAfterInactivityMs: 25_000 } },
  /** Adds our stable code, and keeps the inside of a 5xx inside. */
  errorFormatter({ shape, error }) {
    const known =
      error.code === 'INTERNAL_SERVER_ERROR' || error.cause ? toReelroomError(error.cause) : undefined;
    return {
      message: known?.message ?? error.message,
      code: shape.code,
      data: {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        path: shape.data.path,
        errorCode: known?.code ?? ('INVALID_INPUT' as const),
      },
    };
  },
});

/** Gives our errors the tRPC code, and so the HTTP status, that the table says. */
const withErrorCodes = t.middleware(async ({ next }) => {
  const result = await next();
  if (!result.ok && result.error.cause instanceof ReelroomError) {
    const { cause } = result.error;
    throw new TRPCError({ code: errorCodes[cause.code].trpc, message: cause.message, cause });
  }
  return result;
});

export const router = t.router;
export const procedure = t.procedure.use(withErrorCodes);
