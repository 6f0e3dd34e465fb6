import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { languages, readMessages } from './vite-plugin.ts';

const folder = join(import.meta.dirname, '..');

/** All that the pages are made of, but for the messages themselves and tests. */
const sources = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (name) => /\.(ts|svelte|html)$/.test(name) && !/^(dist|messages|node_modules)|\.test\.ts$/.test(name),
    )
    .map((name) => readFileSync(join(folder, name), 'utf8'));

/**
 * What is wrong with the messages, a line each: one that no page uses, one that a language lacks or has beyond
 * those of English, one that takes other parameters than in English. TypeScript sees most of it as well.
 */
export async function messageProblems(): Promise<string[]> {
  const english = await readMessages('en');
  const used = new Set(sources().flatMap((text) => text.match(/(?<=(?<![\w.])m\.)\w+/g) ?? []));
  const unused = Object.keys(english)
    .filter((key) => !used.has(key))
    .map((key) => `${key} is used nowhere`);
  const unlike = languages.map(async (language) => {
    const messages = await readMessages(language);
    const keys = new Set([...Object.keys(english), ...Object.keys(messages)]);
    return [...keys].flatMap((key) => {
      const [ours, theirs] = [english[key], messages[key]];
      if (ours === undefined) return [`${language} has ${key}, which English has not`];
      if (theirs === undefined) return [`${language} lacks ${key}`];
      return parameters(ours) === parameters(theirs) ? [] : [`${language} takes other parameters for ${key}`];
    });
  });
  return [...unused, ...(await Promise.all(unlike)).flat()];
}

const parameters = (message: string | ((...values: never[]) => string)) =>
  typeof message === 'string' ? 0 : message.length;
