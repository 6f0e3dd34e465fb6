import fc from 'fast-check';
import t from 'tap';
import { countThatFits, layoutStage, layoutTiles, selectTiles, pickSpotlight, type Box } from './layout.ts';

const areas = fc.record({
  width: fc.integer({ min: 200, max: 4000 }),
  height: fc.integer({ min: 200, max: 3000 }),
});
const counts = fc.integer({ min: 1, max: 60 });
const gaps = fc.integer({ min: 0, max: 3 });

const slack = 0.001;
const overlap = (a: Box, b: Box) =>
  a.x + a.width > b.x + slack &&
  b.x + b.width > a.x + slack &&
  a.y + a.height > b.y + slack &&
  b.y + b.height > a.y + slack;

const isInside = ({ x, y, width, height }: Box, area: { width: number; height: number }) =>
  x >= -slack && y >= -slack && x + width <= area.width + slack && y + height <= area.height + slack;

const overlaps = (boxes: Box[]) => boxes.some((a, n) => boxes.slice(n + 1).some((b) => overlap(a, b)));

t.test('tiles are between 4:3 and 16:9, of one size, inside the area, and apart', async () => {
  fc.assert(
    fc.property(counts, areas, gaps, (count, area, gap) => {
      const tiles = layoutTiles(count, area, gap);
      const { width, height } = tiles[0] ?? { width: 0, height: 0 };
      return (
        tiles.length === count &&
        width >= (height * 4) / 3 - slack &&
        width <= (height * 16) / 9 + slack &&
        tiles.every((tile) => tile.width === width && tile.height === height && isInside(tile, area)) &&
        !overlaps(tiles)
      );
    }),
  );
});

t.test('no other number of columns has larger tiles', async () => {
  fc.assert(
    fc.property(counts, areas, gaps, fc.nat(59), (count, area, gap, n) => {
      const columns = (n % count) + 1;
      const rows = Math.ceil(count / columns);
      const cell = {
        width: (area.width - gap * (columns - 1)) / columns,
        height: (area.height - gap * (rows - 1)) / rows,
      };
      const other =
        Math.min(cell.width, (cell.height * 16) / 9) * Math.min(cell.height, (cell.width * 3) / 4);
      const { width, height } = layoutTiles(count, area, gap)[0] ?? { width: 0, height: 0 };
      return width * height >= other - slack;
    }),
  );
});

t.test('the block is in the middle, and so is its last row', async () => {
  fc.assert(
    fc.property(counts, areas, gaps, (count, area, gap) => {
      const tiles = layoutTiles(count, area, gap);
      const lastRow = tiles.filter((tile) => tile.y === tiles.at(-1)?.y);
      const isCentered = (boxes: Box[]) => {
        const [first, last] = [boxes[0], boxes.at(-1)];
        return first && last && Math.abs(first.x - (area.width - last.x - last.width)) < slack;
      };
      const [first, last] = [tiles[0], tiles.at(-1)];
      const isInMiddle = first && last && Math.abs(first.y - (area.height - last.y - last.height)) < slack;
      return isCentered(lastRow) && isInMiddle;
    }),
  );
});

t.test('shared screens and people share the stage', async () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 3 }),
      areas,
      (people, screens, area) => {
        const layout = layoutStage({ people, screens }, area, 4);
        const all = [...layout.people, ...layout.screens];
        return (
          layout.people.length === people &&
          layout.screens.length === screens &&
          all.every((box) => box.width > 0 && isInside(box, area)) &&
          !overlaps(all)
        );
      },
    ),
  );
});

t.test('as many people as are said to fit do, and one more does not', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3 }), areas, (screens, area) => {
      const limits = { leastWidth: 150, most: 25 };
      const count = countThatFits(screens, area, 4, limits);
      const widthOf = (people: number) => layoutStage({ people, screens }, area, 4).people[0]?.width ?? 0;
      return (
        (count === 1 || widthOf(count) >= limits.leastWidth) &&
        (count === limits.most || widthOf(count + 1) < limits.leastWidth)
      );
    }),
  );
});

t.test('nobody is larger than a shared screen', async () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), areas, (people, area) => {
      const layout = layoutStage({ people, screens: 1 }, area, 4);
      return (layout.screens[0]?.width ?? 0) >= (layout.people[0]?.width ?? 0) - slack;
    }),
  );
});

t.test('examples', async (t) => {
  const wide = { width: 1600, height: 900 };
  t.match(layoutTiles(1, wide, 0), [{ x: 0, y: 0, width: 1600, height: 900 }], 'alone: the whole window');
  t.match(layoutTiles(4, wide, 0)[3], { x: 800, y: 450, width: 800, height: 450 });
  t.match(layoutTiles(2, wide, 0)[0], { width: 800, height: 600 }, 'two: side by side, and high');
  t.match(
    layoutTiles(2, { width: 320, height: 600 }, 0)[1],
    { x: 0, width: 320 },
    'a telephone: one above the other',
  );
  t.match(layoutTiles(3, wide, 0)[2], { x: 400, y: 450 }, 'the third stands in the middle below');
  t.same(layoutTiles(0, wide, 8), []);
  t.match(layoutTiles(2, { width: 0, height: 0 }, 8), [{ width: 0 }, { width: 0 }], 'a window being opened');
});

const ana = { id: 'ana', isSpeaking: false };
const ben = { id: 'ben', isSpeaking: false };
const cleo = { id: 'cleo', isSpeaking: false };
const speaking = (person: typeof ana) => ({ ...person, isSpeaking: true });

t.test('the spotlight goes to whoever speaks, and stays until another does', async (t) => {
  const id = (people: (typeof ana)[], before?: string) => pickSpotlight(people, before)?.id;
  t.equal(id([ana, ben]), 'ana', 'somebody, before anyone speaks');
  t.equal(id([ana, speaking(ben)], 'ana'), 'ben');
  t.equal(id([ana, ben], 'ben'), 'ben', 'silence changes nothing');
  t.equal(id([speaking(ana), speaking(ben)], 'ben'), 'ben', 'nor does being spoken to');
  t.equal(id([ana, speaking(cleo)], 'ben'), 'cleo', 'whoever left gives way');
  t.equal(id([ana, cleo], 'ben'), 'ana');
  t.equal(id([]), undefined);
});

t.test('who is shown in each layout', async (t) => {
  const people = [ana, ben, cleo];
  const shown = (layout: 'grid' | 'speaker' | 'single-speaker', screens: number) =>
    selectTiles(layout, people, { speaker: ben, screens });
  t.same(shown('grid', 0), { spotlight: undefined, rest: people });
  t.same(shown('speaker', 0), { spotlight: ben, rest: [ana, cleo] });
  t.same(shown('speaker', 1), { spotlight: undefined, rest: people }, 'a screen is larger than anyone');
  t.same(shown('single-speaker', 0), { spotlight: ben, rest: [] });
  t.same(
    selectTiles('grid', people, { speaker: undefined, pinned: cleo, screens: 1 }),
    { spotlight: cleo, rest: [ana, ben] },
    'who is pinned is large, whatever else is',
  );
  t.same(shown('single-speaker', 1), { spotlight: undefined, rest: [] }, 'the screen alone');
  t.same(selectTiles('speaker', [], { speaker: undefined, screens: 0 }), { spotlight: undefined, rest: [] });
});
