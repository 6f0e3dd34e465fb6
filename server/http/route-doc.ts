import { errorCodes, errorSchema, type ErrorCode } from '@reelroom/shared';
import { z } from 'zod';
import { exampleErrors } from '../lib/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The message of a REST route's 500, as in the seed. */
    failure?: string;
    /** Documents a REST route in the OpenAPI document; a route without it is left out. */
    operation?: Operation;
  }
}

/** Documents a route's response with one status. */
export interface ResponseDoc {
  description: string;
  headers?: z.ZodObject;
  /** By media type, with examples by name; no body when absent. */
  content?: Record<string, { schema: z.core.$ZodType; examples?: Record<string, unknown> }>;
}

/**
 * A REST route in the OpenAPI document, with the schemas that its handler uses. It validates nothing.
 * Responses that every route may give are added to it: INTERNAL, and the refusals of a body.
 */
export interface Operation {
  operationId: string;
  tag: 'Rooms' | 'Recordings' | 'Video' | 'Operation';
  summary: string;
  description?: string;
  /** Path parameters in order: a route's `*` holds them, separated by slashes. */
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  /** By media type. */
  body?: Record<string, { schema: z.core.$ZodType; example: unknown }>;
  responses: Record<number, ResponseDoc>;
}

/** A JSON response. */
export const json = (
  description: string,
  schema: z.core.$ZodType,
  examples: Record<string, unknown>,
): ResponseDoc => ({
  description,
  content: { 'application/json': { schema, examples } },
});

/** Binary content. */
export const binary = (type: string): NonNullable<ResponseDoc['content']> => ({
  [type]: { schema: z.unknown() },
});

/**
 * The responses of these errors, with an example for each and its own sentence where one is given; errors of
 * one status share a response.
 */
export function errors(...given: (ErrorCode | [ErrorCode, string])[]): Record<number, ResponseDoc> {
  const each = given.map((one): [ErrorCode, string] =>
    typeof one === 'string' ? [one, exampleErrors[one].message] : one,
  );
  const statuses = new Set(each.map(([code]) => errorCodes[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => {
      const its = each.filter(([code]) => errorCodes[code].status === status);
      const codes = its.map(([code]) => code);
      const examples = its.map(([code, errorMessage]) => [code, { errorMessage, code }]);
      const schema = z.object({ ...errorSchema.shape, code: z.enum(codes) });
      return [status, json(codes.join(', '), schema, Object.fromEntries(examples))];
    }),
  );
}
