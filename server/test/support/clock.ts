import type { Test } from 'tap';

/** Has the clock of this process, and so of the app in it, be `ms` off, until the test ends. */
export function shiftClock(t: Test, ms: number): void {
  const Real = Date;
  class Shifted extends Real {
    constructor(...time: [] | [string | number | Date]) {
      super(time.length === 0 ? Real.now() + ms : time[0]);
    }

    static override now(): number {
      return Real.now() + ms;
    }
  }
  Object.assign(globalThis, { Date: Shifted });
  t.teardown(() => Object.assign(globalThis, { Date: Real }));
}
