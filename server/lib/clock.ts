/**
 * What time it is, in ms since 1970: for dates. Somebody may set this clock while the
 * process runs, and other machines' clocks say something else.
 */
export const wallTime = (): number => Date.now();

/**
 * How long this process has been running, in ms: for intervals and for "since when". It
 * never goes back, whoever sets the clock, and means nothing to another process.
 */
export const monotonicTime = (): number => performance.now();
