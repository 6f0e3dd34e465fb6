/**
 * Runs `work` repeatedly, one run at a time, `pause()` ms after the previous one ended; `work` must not
 * reject.
 * @returns stops it; resolves when the current run has ended
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
