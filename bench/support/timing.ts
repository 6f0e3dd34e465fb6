/** How long each of `works` takes, in ms: the medians of so many rounds, one after the other in each. */
export async function medians(rounds: number, ...works: (() => Promise<unknown>)[]): Promise<number[]> {
  const times = works.map((): number[] => []);
  // The first round of each warms up.
  for (let round = -1; round < rounds; round += 1)
    for (const [i, work] of works.entries()) {
      const began = performance.now();
      await work();
      if (round >= 0) times[i]?.push(performance.now() - began);
    }
  return times.map((one) => quantile(one, 0.5));
}

export function quantile(values: number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}

export interface Load {
  perSecond: number;
  p50: number;
  p99: number;
  errors: number;
}

/** How many times a second `work` is done by `atOnce` at once, for `ms`; with times in ms. */
export async function load(ms: number, atOnce: number, work: () => Promise<boolean>): Promise<Load> {
  const times: number[] = [];
  let errors = 0;
  const began = performance.now();
  const one = async () => {
    while (performance.now() - began < ms) {
      const start = performance.now();
      if (!(await work().catch(() => false))) errors += 1;
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  const perSecond = times.length / ((performance.now() - began) / 1_000);
  return { perSecond, p50: quantile(times, 0.5), p99: quantile(times, 0.99), errors };
}
