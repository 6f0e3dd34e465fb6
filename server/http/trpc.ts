import { initTRPC, TRPCError, type TRPC_ERROR_CODE_KEY, type TRPCDefaultErrorShape } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';
import { errorCodes, type ErrorCode } from '@reelroom/shared';
import { z } from 'zod';
import { invalidInput, ReelroomError, toReelroomError, validationMessage } from '../lib/errors.ts';

/** Our codes for tRPC's own errors; any other is invalid input. */
const refusals: Partial<Record<TRPC_ERROR_CODE_KEY, ErrorCode>> = {
  NOT_FOUND: 'NOT_FOUND',
  METHOD_NOT_SUPPORTED: 'METHOD_NOT_ALLOWED',
  PAYLOAD_TOO_LARGE: 'BODY_TOO_LARGE',
  UNSUPPORTED_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
};

/** The ReelroomError behind a procedure's error; undefined for tRPC's own errors. */
export function knownError({ code, cause }: TRPCError): ReelroomError | undefined {
  if (cause instanceof ReelroomError) return cause;
  // tRPC has parsed the input; a ZodError from elsewhere is an internal error.
  if (code === 'BAD_REQUEST' && cause instanceof z.core.$ZodError)
    return invalidInput(validationMessage(cause));
  return code === 'INTERNAL_SERVER_ERROR' ? toReelroomError(cause) : undefined;
}

const configuration = {
  // Pings tell an idle subscription from a dead connection.
  sse: { ping: { enabled: true, intervalMs: 10_000 }, client: { reconnectAfterInactivityMs: 25_000 } },
  /** Adds our stable code, and hides the cause of a 5xx. */
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

/** An error in tRPC's form, for requests refused before tRPC. */
export const errorShapeOf = ({ code, message, status }: ReelroomError, path: string) => ({
  message,
  code: TRPC_ERROR_CODES_BY_KEY[errorCodes[code].trpc],
  data: { code: errorCodes[code].trpc, httpStatus: status, path, errorCode: code },
});

/**
 * tRPC with our errors, for procedures with a `Context`: a ReelroomError gets the tRPC code, and thereby the
 * HTTP status, of its row in `errorCodes`. Routers of several instances can be merged.
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
