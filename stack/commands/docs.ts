import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodeSchema, errorCodes } from '../../shared/errors.ts';
import { format, resolveConfig } from 'prettier';
import { exampleErrors } from '../../server/lib/errors.ts';
import { root } from '../lib/settings.ts';

const path = join(root, 'docs', 'api.md');

/** The text between these is generated from the code. */
const [begin, end] = ['<!-- errors: made by npm run docs -->', '<!-- /errors -->'];

/** One row for each error, in the order of the code. */
function errorTable(): string {
  const rows = errorCodeSchema.options.map((code) => {
    const { status, trpc } = errorCodes[code];
    return `| \`${code}\` | ${status} | \`${trpc}\` | ${exampleErrors[code].message} |`;
  });
  return ['| code | HTTP | tRPC | sentence |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** docs/api.md with its generated part. */
export async function apiDocument(): Promise<string> {
  const text = readFileSync(path, 'utf8');
  const [before, rest] = text.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error(`${path} must have ${begin} and ${end}`);
  const written = `${before}${begin}\n\n${errorTable()}\n\n${end}${after}`;
  return format(written, { ...(await resolveConfig(path)), parser: 'markdown' });
}

/** `npm run docs`: regenerates the errors in docs/api.md. */
export async function docs(): Promise<void> {
  writeFileSync(path, await apiDocument());
}
