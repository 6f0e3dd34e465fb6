import { now } from './time.ts';

/** How long to wait, in ms, for what is to be shown. */
const deadline = 60_000;

/** What somebody is told, as it comes. */
export function createScreen(whose: string) {
  const awaited = new Map<string, (at: number) => void>();
  return {
    /** Tells of something that is shown from now on. */
    show(what: string): void {
      awaited.get(what)?.(now());
      awaited.delete(what);
    },

    /** When this is shown the next time, in ms since 1970. */
    shows: (what: string): Promise<number> =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error(`${whose} was not told: ${what}`)), deadline);
        awaited.set(what, (at) => {
          clearTimeout(late);
          resolve(at);
        });
      }),
  };
}
