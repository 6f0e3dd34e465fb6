import { useErrorWords } from './error-message.ts';
import { errorWords } from './error-words.ts';

useErrorWords(errorWords);

/** What every page has, and none needs at first. */
export { default as PageFooter } from './PageFooter.svelte';
