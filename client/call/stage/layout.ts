/** A rectangle in px, from the top left corner of the stage. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface Size {
  width: number;
  height: number;
}

/** The shapes of a tile, width by height: a camera's 16:9 picture loses a quarter of its width at most. */
const narrowest = 4 / 3;
const widest = 16 / 9;

/** The largest tile that fits into a cell. */
const tileIn = ({ width, height }: Size): Size => ({
  width: Math.max(0, Math.min(width, height * widest)),
  height: Math.max(0, Math.min(height, width / narrowest)),
});

const cellOf = (columns: number, rows: number, area: Size, gap: number): Size => ({
  width: (area.width - gap * (columns - 1)) / columns,
  height: (area.height - gap * (rows - 1)) / rows,
});

/**
 * The positions of `count` tiles in an area: of one size, between 4:3 and 16:9, in the number of columns that makes
 * them largest, as a centered block with a centered last row.
 */
export function layoutTiles(count: number, area: Size, gap: number): Box[] {
  let columns = 1;
  let tile: Size = { width: 0, height: 0 };
  for (let candidate = 1; candidate <= count; candidate++) {
    const size = tileIn(cellOf(candidate, Math.ceil(count / candidate), area, gap));
    if (size.width * size.height > tile.width * tile.height) [columns, tile] = [candidate, size];
  }
  const { width, height } = tile;
  // Tiles have no size in an area that is too small, such as a window that is being opened.
  if (width === 0) return Array.from({ length: count }, () => ({ x: 0, y: 0, width: 0, height: 0 }));

  const rows = Math.ceil(count / columns);
  const top = (area.height - rows * height - (rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (area.width - inRow * width - (inRow - 1) * gap) / 2;
    return {
      x: left + (index - row * columns) * (width + gap),
      y: top + row * (height + gap),
      width,
      height,
    };
  });
}

const moved = (boxes: Box[], x: number, y: number) =>
  boxes.map((box) => ({ ...box, x: box.x + x, y: box.y + y }));

/** The least fraction of the stage for people beside a shared screen. */
const stripShare = 0.2;

/** All tiles of one size, a large speaker beside the others, or the speaker alone. */
export const stageLayouts = ['grid', 'speaker', 'single-speaker'] as const;
export type StageLayout = (typeof stageLayouts)[number];

interface Speaker {
  id: string;
  isSpeaking: boolean;
}

/** The participant in the spotlight: the previous one, until another speaks while it is silent, or it leaves. */
export function pickSpotlight<P extends Speaker>(
  people: readonly P[],
  before: string | undefined,
): P | undefined {
  const last = people.find(({ id }) => id === before);
  if (last?.isSpeaking) return last;
  return people.find(({ isSpeaking }) => isSpeaking) ?? last ?? people[0];
}

/**
 * The participants that have a tile. A shared screen replaces the speaker in the spotlight, but not a pinned
 * participant.
 */
export function selectTiles<P>(
  layout: StageLayout,
  people: readonly P[],
  { speaker, pinned, screens }: { speaker: P | undefined; pinned?: P | undefined; screens: number },
): { spotlight: P | undefined; rest: readonly P[] } {
  const spotlight = pinned ?? (layout === 'grid' || screens > 0 ? undefined : speaker);
  if (layout === 'single-speaker') return { spotlight, rest: [] };
  return { spotlight, rest: people.filter((person) => person !== spotlight) };
}

/**
 * The layout of the stage: large shared screens, with the people at their right or below, whichever leaves the
 * screens larger. People also get the space that a single screen cannot fill.
 */
export function layoutStage(
  { people, screens }: { people: number; screens: number },
  area: Size,
  gap: number,
): { people: Box[]; screens: Box[] } {
  if (screens === 0 || people === 0) {
    return { people: layoutTiles(people, area, gap), screens: layoutTiles(screens, area, gap) };
  }
  const most = {
    width: Math.max(0, area.width * (1 - stripShare) - gap),
    height: Math.max(0, area.height * (1 - stripShare) - gap),
  };
  const besideWidth = Math.min(most.width, area.height * widest);
  const aboveWidth = Math.min(area.width, most.height * widest);

  if (besideWidth >= aboveWidth) {
    const width = screens === 1 ? besideWidth : most.width;
    const rest = { width: Math.max(0, area.width - width - gap), height: area.height };
    return {
      screens: layoutTiles(screens, { width, height: area.height }, gap),
      people: moved(layoutTiles(people, rest, gap), width + gap, 0),
    };
  }
  const height = screens === 1 ? aboveWidth / widest : most.height;
  const rest = { width: area.width, height: Math.max(0, area.height - height - gap) };
  return {
    screens: layoutTiles(screens, { width: area.width, height }, gap),
    people: moved(layoutTiles(people, rest, gap), 0, height + gap),
  };
}

/** How many people fit on the stage at once, beside so many shared screens, with tiles of at least this width; one at least. */
export function countThatFits(
  screens: number,
  area: Size,
  gap: number,
  { leastWidth, most }: { leastWidth: number; most: number },
): number {
  let count = 1;
  while (count < most) {
    const [tile] = layoutStage({ people: count + 1, screens }, area, gap).people;
    if (!tile || tile.width < leastWidth) break;
    count++;
  }
  return count;
}
