import { z } from 'zod';

/** What a text of JSON says by a schema; undefined where it is absent, no JSON, or something else. */
export function parseJson<Output>(
  schema: z.core.$ZodType<Output>,
  text: string | undefined,
): Output | undefined {
  try {
    return z.parse(schema, JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}
