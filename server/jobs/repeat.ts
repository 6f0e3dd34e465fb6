/**
 * Does `work` again and again, never twice at once, `pause()` ms after it was done;
 * `work` must not reject.
 * @returns ends it; resolves when the work under way is over
 */
export function repeat(work: () => Promise<void>, pause: () => number): () => Promise<void> {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  function next(): void {
    running = work().finally(() => {
      if (!isStopped) timer = setTimeout(next, pause());
    });
  }
  next();

  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}
