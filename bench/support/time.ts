import { quantile } from './timing.ts';

/** Ms since 1970, in fractions, as logs of other processes have it. */
export const now = (): number => performance.timeOrigin + performance.now();

export const median = (values: number[]): number => quantile(values, 0.5);
/** Of fewer than 20 values, the largest. */
export const p95 = (values: number[]): number => quantile(values, 0.95);
