/**
 * The wall clock, in ms since 1970: for dates. It may be set while the process runs, and differs from other
 * machines' clocks.
 */
export const wallTime = (): number => Date.now();

/** A monotonic clock, in ms: for intervals. It never goes back, and means nothing to another process. */
export const monotonicTime = (): number => performance.now();
