/** How fast a recording may be played; 1 is as it was. */
export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The next speed up or down; the last one stays. */
export function nextSpeed(speed: number, step: 1 | -1): number {
  const further = speeds.filter((other) => (step > 0 ? other > speed : other < speed));
  return (step > 0 ? further[0] : further.at(-1)) ?? speed;
}
