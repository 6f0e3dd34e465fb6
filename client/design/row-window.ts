/** A part of a list, by index; `to` is the first one behind it. */
export interface Range {
  from: number;
  to: number;
}

/** How many rows are there beyond either edge of the screen, for the next bit of scrolling and for Tab. */
const beyond = 8;
/** The range moves in such steps, not with each row. */
const step = 4;

/** The rows that have to be there when a list of `count` rows is scrolled `above` px past its top. */
export function rangeAt({
  above,
  height,
  rowHeight,
  count,
}: {
  above: number;
  /** Of the screen, in px. */
  height: number;
  rowHeight: number;
  count: number;
}): Range {
  const first = Math.floor(above / rowHeight) - beyond;
  const last = Math.ceil((above + height) / rowHeight) + beyond;
  const clamp = (index: number) => Math.min(count, Math.max(0, index));
  return {
    from: clamp(Math.floor(first / step) * step),
    to: clamp(Math.ceil(last / step) * step),
  };
}

/** By how many places the row at `index`, or the next one that is still there, has moved from `before` to `now`. */
export function shiftOf(before: readonly string[], now: readonly string[], index: number): number {
  const places = new Map(now.map((key, place) => [key, place]));
  for (let old = index; old < before.length; old += 1) {
    const place = places.get(before[old] ?? '');
    if (place !== undefined) return place - index;
  }
  return 0;
}
