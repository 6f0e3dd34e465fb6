import { initTRPC, TRPCError, type TRPC_ERROR_CODE_KEY, type TRPCDefaultErrorShape } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { errorCodes, type ErrorCode } from '@reelroom/shared';
import { z } from 'zod';
import { invalidInput, ReelroomError, toReelroomError, validationMessage } from '../lib/errors.ts';

/** What tRPC itself refuses, by its own codes; anything else that it refuses is input that is wrong. */
const refusals: Partial<Record<TRPC_ERROR_CODE_KEY, ErrorCode>> = {
  NOT_FOUND: 'NOT_FOUND',
  METHOD_NOT_SUPPORTED: 'METHOD_NOT_ALLOWED',
  PAYLOAD_TOO_LARGE: 'BODY_TOO_LARGE',
  UNSUPPORTED_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
};

/** The error of ours that a procedure's refusal stands for; none where tRPC itself refuses. */
export function knownError({ code, cause }: TRPCError): ReelroomError | undefined {
  if (cause instanceof ReelroomError) return cause;
  // tRPC has parsed the input; any other schema that does not fit is the inside's.
  if (code === 'BAD_REQUEST' && cause instanceof z.core.$ZodError)
    return invalidInput(validationMessage(cause));
  return code === 'INTERNAL_SERVER_ERROR' ? toReelroomError(cause) : undefined;
}

const configuration = {
  // A subscription that says nothing is told from one whose connection is dead.
  sse: { ping: { enabled: true, intervalMs: 10_000 }, client: { reconnectAfterInactivityMs: 25_000 } },
  /** Adds our stable code, and keeps the inside of a 5xx inside. */
  errorFormatter({ shape, error }: { shape: TRPCDefaultErrorShape; error: TRPCError }) {
    const known = knownError(error);
    return {
      message: known?.message ?? error.message,
      code: shape.code,
      data: {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        path: shape.data.path,
        errorCode: known?.code ?? refusals[error.code] ?? ('INVALID_INPUT' as const),
      },
    };
  },
};

/** An error as tRPC writes it, for what is refused before tRPC has the request. */
export const errorShapeOf = ({ code, message, status }: ReelroomError, path: string) => ({
  message,
  code: TRPC_ERROR_CODES_BY_KEY[errorCodes[code].trpc],
  data: { code: errorCodes[code].trpc, httpStatus: status, path, errorCode: code },
});

/**
 * tRPC with our errors, for procedures that are given a `Context`: ours have the tRPC code, and so the HTTP
 * status, that the table says. Routers of several of these make one.
 */
export function createTrpc<Context extends object>() {
  const t = initTRPC.context<Context>().create(configuration);
  const procedure = t.procedure.use(async ({ next }) => {
    const result = await next();
    if (!result.ok && result.error.cause instanceof ReelroomError) {
      const { cause } = result.error;
      throw new TRPCError({ code: errorCodes[cause.code].trpc, message: cause.message, cause });
    }
    return result;
  });
  return { router: t.router, procedure };
}
