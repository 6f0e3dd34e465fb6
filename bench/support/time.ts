/** Ms since 1970, in fractions, as logs of other processes have it. */
export const now = (): number => performance.timeOrigin + performance.now();

/** The value below which this share of `values` is; their largest for a share of 0.95 and fewer than 20. */
export function quantile(values: number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export const median = (values: number[]): number => quantile(values, 0.5);
export const p95 = (values: number[]): number => quantile(values, 0.95);
