/** Thrown when the launcher ends on request: no failure. */
export class Interrupted extends Error {
  override name = 'Interrupted';
  override message = 'Interrupted';
}

/**
 * npm forwards a signal that the terminal has already sent to all processes: one this soon after the first
 * (ms) is the same Ctrl-C.
 */
const sameCtrlC = 500;

/**
 * A signal that aborts with {@link Interrupted} on Ctrl-C, SIGTERM or a closed terminal, and with an uncaught
 * error: either way everything that was started is then stopped. `now` is called on a second request.
 */
export function untilInterrupted(now: () => void): AbortSignal {
  const lifetime = new AbortController();
  let asked = 0;
  const onSignal = () => {
    if (!lifetime.signal.aborted) {
      asked = Date.now();
      lifetime.abort(new Interrupted());
    } else if (Date.now() - asked > sameCtrlC) {
      now();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  process.on('uncaughtException', (error) => lifetime.abort(error));
  // The terminal may be gone while we still print.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return lifetime.signal;
}
