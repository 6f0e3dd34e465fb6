import { toast } from './toasts.svelte.ts';

/** Copies a text and says so; shows the text where the browser does not let a page copy. */
export async function copy(text: string, done: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast(done);
  } catch {
    toast(text);
  }
}
