/**
 * Has those who want the same at the same time share one answer, which is never older
 * than their asking: who comes while one is being made waits for the next, with all others
 * who do.
 */
export function createSingleFlight<T>() {
  const running = new Map<string, Promise<T>>();
  const next = new Map<string, Promise<T>>();

  function run(key: string, work: () => Promise<T>): Promise<T> {
    const answer = work().finally(() => {
      if (running.get(key) === answer) running.delete(key);
    });
    running.set(key, answer);
    return answer;
  }

  /** What `work` gives, which is the same for all who have this key. */
  return (key: string, work: () => Promise<T>): Promise<T> => {
    const waiting = next.get(key);
    if (waiting) return waiting;
    const before = running.get(key);
    if (!before) return run(key, work);
    const start = () => {
      next.delete(key);
      return run(key, work);
    };
    const answer = before.then(start, start);
    next.set(key, answer);
    return answer;
  };
}
