import en from './en.ts';

/** Every sentence of the pages; a language is a file that has them all, with the same parameters. */
export type Messages = typeof en;

/**
 * The messages in the page's language: `m.join_name`, and `m.library_count(3)` where something is filled in.
 * A build puts the words where they are used (vite-plugin.ts); tests have the English ones.
 */
export const m: Messages = en;
