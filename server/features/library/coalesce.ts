/**
 * Coalesces concurrent calls with one key into one run whose result is never older than the call: a call
 * during a run shares the next run with all others that arrive meanwhile.
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

  /** Runs `work`, or shares the run of this key. */
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
