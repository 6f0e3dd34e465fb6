/** The playback speeds; 1 is normal. */
export const speeds = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

/** The next speed up or down; the first and last are limits. */
export function nextSpeed(speed: number, step: 1 | -1): number {
  const further = speeds.filter((other) => (step > 0 ? other > speed : other < speed));
  return (step > 0 ? further[0] : further.at(-1)) ?? speed;
}
