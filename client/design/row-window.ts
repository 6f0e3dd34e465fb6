/** A range of a list, by index; `to` is exclusive. */
export interface Range {
  from: number;
  to: number;
}

/** How many rows are drawn beyond either edge of the screen, for scrolling and for Tab. */
const overscanRows = 8;
/** The range moves in steps of this many rows. */
const step = 4;

/** The rows to draw when a list of `count` rows is scrolled `above` px past its top. */
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
  const first = Math.floor(above / rowHeight) - overscanRows;
  const last = Math.ceil((above + height) / rowHeight) + overscanRows;
  const clamp = (index: number) => Math.min(count, Math.max(0, index));
  return {
    from: clamp(Math.floor(first / step) * step),
    to: clamp(Math.ceil(last / step) * step),
  };
}

/** How far the row at `index`, or the next one that is still there, has moved from `before` to `now`. */
export function shiftOf(before: readonly string[], now: readonly string[], index: number): number {
  const places = new Map(now.map((key, place) => [key, place]));
  for (let old = index; old < before.length; old += 1) {
    const place = places.get(before[old] ?? '');
    if (place !== undefined) return place - index;
  }
  return 0;
}
