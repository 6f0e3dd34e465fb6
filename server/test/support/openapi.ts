import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { z } from 'zod';

const content = z.record(
  z.string(),
  z.object({
    schema: z.record(z.string(), z.unknown()),
    example: z.unknown().optional(),
    examples: z.record(z.string(), z.object({ value: z.unknown() })).default({}),
  }),
);

const operation = z.object({
  operationId: z.string(),
  parameters: z
    .array(z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']), required: z.boolean() }))
    .default([]),
  requestBody: z.object({ content }).optional(),
  responses: z.record(
    z.string(),
    z.object({
      headers: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).default({}),
      content: content.default({}),
    }),
  ),
});

/** What of an OpenAPI document the tests look at. */
export const documentSchema = z.object({
  openapi: z.string(),
  servers: z.array(z.object({ url: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});
export type OpenapiDocument = z.infer<typeof documentSchema>;

/** A schema that allows nothing which it does not name. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  return inner.type === 'object' ? { additionalProperties: false, ...inner } : inner;
}

/** Says what is wrong with values by the schemas of a document; nothing that these do not name is allowed. */
export function createChecker({ components }: OpenapiDocument) {
  const ajv = new Ajv2020({ strict: true, allErrors: true });
  formats.default(ajv);
  ajv.addKeyword('components');
  return (schema: unknown, value: unknown): string | undefined => {
    const check = ajv.compile({ ...Object(strict(schema)), components: strict(components) });
    return check(value) ? undefined : ajv.errorsText(check.errors);
  };
}

/** All operations, `GET /recordings`. */
export const operationsOf = ({ paths }: OpenapiDocument) =>
  new Map(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, its]): [string, z.infer<typeof operation>] => [
        `${method.toUpperCase()} ${path}`,
        its,
      ]),
    ),
  );
