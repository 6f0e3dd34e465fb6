import { errorCodes, errorSchema, type ErrorCode } from '@reelroom/shared';
import { z } from 'zod';
import { exampleErrors } from '../lib/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a REST route's 500 says, as in the seed. */
    failure?: string;
    /** What the OpenAPI document says of a REST route; one without is not in it. */
    operation?: Operation;
  }
}

/** What a route answers with one status. */
export interface Answer {
  description: string;
  headers?: z.ZodObject;
  /** By media type, with examples by name; no body when absent. */
  content?: Record<string, { schema: z.core.$ZodType; examples?: Record<string, unknown> }>;
}

/**
 * A REST route as the OpenAPI document describes it, with the schemas that its handler
 * uses. Nothing is validated by it. What every route may answer is not repeated here:
 * INTERNAL, and for a body that it is too large or no JSON.
 */
export interface Operation {
  operationId: string;
  tag: 'Rooms' | 'Recordings' | 'Video' | 'Operation';
  summary: string;
  description?: string;
  /** Of the path, in their order: they stand in a route's `*`, with slashes between. */
  params?: z.ZodObject;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  /** By media type. */
  body?: Record<string, { schema: z.core.$ZodType; example: unknown }>;
  answers: Record<number, Answer>;
}

/** An answer in JSON. */
export const json = (
  description: string,
  schema: z.core.$ZodType,
  examples: Record<string, unknown>,
): Answer => ({
  description,
  content: { 'application/json': { schema, examples } },
});

/** Content that is no text. */
export const binary = (type: string): NonNullable<Answer['content']> => ({ [type]: { schema: z.unknown() } });

/**
 * The answers of these errors, an example for each, with a sentence of its own where one
 * is given; those of one status are one answer.
 */
export function errors(...given: (ErrorCode | [ErrorCode, string])[]): Record<number, Answer> {
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
