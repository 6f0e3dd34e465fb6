import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodeSchema, errorCodes } from '../../shared/base/errors.ts';
import { format, resolveConfig } from 'prettier';
import { exampleErrors } from '../../server/lib/errors.ts';
import { root } from '../lib/settings.ts';
import { accessTables } from './access-document.ts';

/** One row for each error, in the order of the code. */
function errorTable(): string {
  const rows = errorCodeSchema.options.map((code) => {
    const { status, trpc } = errorCodes[code];
    return `| \`${code}\` | ${status} | \`${trpc}\` | ${exampleErrors[code].message} |`;
  });
  return ['| code | HTTP | tRPC | sentence |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** The documents with a part that is generated from the code, between comments of this name. */
const generated: { file: string; name: string; make: () => string }[] = [
  { file: 'api.md', name: 'errors', make: errorTable },
  { file: 'access.md', name: 'access', make: accessTables },
];

const pathOf = (file: string) => join(root, 'docs', file);

/** The documents with their generated parts, by path. */
export async function documents(): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const { file, name, make } of generated) {
    const [begin, end] = [`<!-- ${name}: made by npm run docs -->`, `<!-- /${name} -->`];
    const path = pathOf(file);
    const [before, rest] = readFileSync(path, 'utf8').split(begin);
    const after = rest?.split(end)[1];
    if (before === undefined || after === undefined) throw new Error(`${path} must have ${begin} and ${end}`);
    const written = `${before}${begin}\n\n${make()}\n\n${end}${after}`;
    texts.set(path, await format(written, { ...(await resolveConfig(path)), parser: 'markdown' }));
  }
  return texts;
}

/** `npm run docs`: regenerates what documents say of the code. */
export async function docs(): Promise<void> {
  for (const [path, text] of await documents()) writeFileSync(path, text);
}
