import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import { box, contentsAt, fullBox, u32, u64 } from '../features/media/mp4-boxes.ts';
import { isFaststart, rewriteMoov, planMove, topBoxes } from '../features/media/moov-first.ts';

type Positions = { isWide: boolean; positions: number[] };

/** Tables of tracks whose media is at these positions, with much around them that has none. */
const moovOf = (tracks: Positions[]) =>
  box(
    'moov',
    fullBox('mvhd', 0, 0, Buffer.alloc(96)),
    ...tracks.map(({ isWide, positions }) =>
      box(
        'trak',
        fullBox('tkhd', 0, 0, Buffer.alloc(80)),
        box(
          'mdia',
          fullBox('mdhd', 0, 0, Buffer.alloc(20)),
          box(
            'minf',
            box('vmhd', Buffer.alloc(12)),
            box(
              'stbl',
              box('stsd', Buffer.from('stco in a box that is none')),
              fullBox(
                isWide ? 'co64' : 'stco',
                0,
                0,
                u32(positions.length),
                ...positions.map(isWide ? u64 : u32),
              ),
            ),
          ),
        ),
        box('udta', Buffer.from('junk behind it')),
      ),
    ),
  );

/** The positions in tables, track by track. */
const positionsOf = (moov: Buffer): Positions[] => {
  const stbl = 'moov/trak/mdia/minf/stbl';
  return contentsAt(moov, stbl).map((content) => {
    const [wide] = contentsAt(content, 'co64');
    const [narrow] = contentsAt(content, 'stco');
    const table = wide ?? narrow ?? Buffer.alloc(8);
    return {
      isWide: wide !== undefined,
      positions: Array.from({ length: table.readUInt32BE(4) }, (_, index) =>
        wide ? Number(wide.readBigUInt64BE(8 + 8 * index)) : table.readUInt32BE(8 + 4 * index),
      ),
    };
  });
};

const longBox = (type: string, content: Buffer) =>
  Buffer.concat([u32(1), Buffer.from(type), u64(16 + content.length), content]);

const joined = (parts: Buffer[]) => Buffer.concat(parts);

/** A file of these boxes, among them `moov`; `at` are shares of all media, at which tracks have theirs. */
function fileOf(kinds: string[], moovAt: number, tracks: { isWide: boolean; at: number[] }[]) {
  const boxes = kinds.map((kind) => {
    if (kind === 'ftyp') return box('ftyp', Buffer.from('isomiso2'));
    if (kind === 'free') return box('free', randomBytes(13));
    return kind === 'long mdat' ? longBox('mdat', randomBytes(300)) : box('mdat', randomBytes(200));
  });
  const before = Math.max(kinds[0] === 'ftyp' ? 1 : 0, Math.min(moovAt, boxes.length));
  const build = (moov: Buffer) => joined([...boxes.slice(0, before), moov, ...boxes.slice(before)]);
  const empty = moovOf(tracks.map(({ isWide, at }) => ({ isWide, positions: at.map(() => 0) })));
  const draft = build(empty);
  const media = topBoxes(draft, 0, draft.length)
    .filter(({ type }) => type === 'mdat')
    .flatMap(({ content, end }) => Array.from({ length: end - content }, (_, index) => content + index));
  const positions = tracks.map(({ isWide, at }) => ({
    isWide,
    positions: at.map((share) => media[Math.floor(share * media.length)] ?? 0),
  }));
  return { file: build(moovOf(positions)), positions, hasMedia: media.length > 0 };
}

t.test('whatever order boxes are in, each position is that of the same bytes', async (t) => {
  const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const track = fc.record({ isWide: fc.boolean(), at: fc.array(share, { minLength: 1, maxLength: 8 }) });
  let moves = 0;
  fc.assert(
    fc.property(
      fc.boolean(),
      fc.array(fc.constantFrom('mdat', 'long mdat', 'free'), { maxLength: 5 }),
      fc.nat(6),
      fc.array(track, { minLength: 1, maxLength: 3 }),
      (hasType, kinds, moovAt, tracks) => {
        const { file, positions, hasMedia } = fileOf(
          [...(hasType ? ['ftyp'] : []), ...kinds],
          moovAt,
          tracks,
        );
        if (!hasMedia) return;
        const boxes = topBoxes(file, 0, file.length);
        const move = planMove(boxes, file.length);
        t.equal(move === undefined, isFaststart(boxes));
        if (!move) return;

        moves += 1;
        const { front, moov } = move;
        const rewritten = rewriteMoov(file.subarray(moov.start, moov.end), move);
        const now = joined([
          file.subarray(0, front),
          rewritten,
          file.subarray(moov.end),
          file.subarray(front, moov.start),
        ]);
        t.ok(isFaststart(topBoxes(now, 0, now.length)));
        t.equal(now.length, file.length);
        const after = positionsOf(rewritten);
        for (const [index, { isWide, positions: before }] of positions.entries()) {
          t.equal(after[index]?.isWide, isWide);
          for (const [which, position] of before.entries())
            t.equal(now[after[index]?.positions[which] ?? -1], file[position]);
        }
        t.equal(planMove(topBoxes(now, 0, now.length), now.length), undefined, 'once is enough');
      },
    ),
    { numRuns: 300 },
  );
  t.ok(moves > 50, `${moves} files were changed`);
});

t.test('positions get 64 bits in a file of 4 GiB or more', async (t) => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2 ** 31, max: 2 ** 33 }),
      fc.boolean(),
      fc.array(fc.nat(2 ** 31 - 100), { minLength: 1, maxLength: 5 }),
      (mediaBytes, isWide, from) => {
        const positions = from.map((position) => 100 + position);
        const old = moovOf([
          { isWide: false, positions },
          { isWide, positions },
        ]);
        const start = 32 + mediaBytes;
        const size = start + old.length;
        const moov = { type: 'moov', start, content: start + 8, end: size };
        const now = rewriteMoov(old, { size, front: 32, moov });
        const mustBeWide = size >= 2 ** 32;
        t.strictSame(positionsOf(now), [
          { isWide: mustBeWide, positions: positions.map((position) => position + now.length) },
          { isWide: mustBeWide || isWide, positions: positions.map((position) => position + now.length) },
        ]);
        t.equal(now.length, now.readUInt32BE(0));
      },
    ),
  );
});

t.test('what is left alone', async (t) => {
  const ftyp = box('ftyp', Buffer.from('isom'));
  const mdat = box('mdat', Buffer.alloc(100));
  const at = (position: number) => moovOf([{ isWide: false, positions: [position] }]);
  const plan = (...boxes: Buffer[]) => {
    const file = joined(boxes);
    return planMove(topBoxes(file, 0, file.length), file.length);
  };
  t.ok(plan(ftyp, mdat, at(30)));
  for (const [what, boxes] of [
    ['nothing', []],
    ['no tables', [ftyp, mdat]],
    ['no media', [ftyp, at(30)]],
    ['tables that are first', [ftyp, at(30), mdat]],
    ['tables twice', [ftyp, mdat, at(30), at(30)]],
    ['fragments', [ftyp, mdat, at(30), box('moof')]],
    ['a box that is not known', [ftyp, mdat, box('uuid'), at(30)]],
    ['a cut file', [ftyp, mdat, at(30).subarray(0, -1)]],
    ['junk behind it', [ftyp, mdat, at(30), Buffer.alloc(3)]],
    ['media that is open to the end', [ftyp, mdat, at(30), u32(0), Buffer.from('mdat')]],
    ['a box of no length', [ftyp, mdat, u32(4), Buffer.from('free'), at(30)]],
  ] as const)
    t.equal(plan(...boxes), undefined, what);

  const move = plan(ftyp, mdat, at(30));
  const tables = (moov: Buffer) => move && rewriteMoov(moov, move);
  for (const [what, moov] of [
    ['a position in the type', at(3)],
    ['a position in the tables', at(ftyp.length + mdat.length)],
    ['a position past the end', at(10_000)],
    ['compressed tables', box('moov', box('cmov'))],
    ['tables of fragments', box('moov', box('mvex'))],
    ['a cut track', box('moov', box('trak', u32(100), Buffer.from('mdia')))],
    ['a count past the end', box('moov', box('trak', box('stco', u32(0), u32(9))))],
    ['zeros behind the tracks', box('moov', Buffer.alloc(9))],
  ] as const)
    t.throws(() => tables(moov), what);
});

t.test('tables that are open to the end of the file, or have a long header', async (t) => {
  const ftyp = box('ftyp', Buffer.from('isom'));
  const mdat = box('mdat', randomBytes(100));
  const short = moovOf([{ isWide: false, positions: [ftyp.length + 8] }]);
  const open = joined([u32(0), short.subarray(4)]);
  for (const moov of [open, longBox('moov', short.subarray(8))]) {
    const file = joined([ftyp, mdat, moov]);
    const move = planMove(topBoxes(file, 0, file.length), file.length);
    const now = move && rewriteMoov(moov, move);
    t.equal(now?.readUInt32BE(0), short.length);
    t.same(now && positionsOf(now), [{ isWide: false, positions: [ftyp.length + short.length + 8] }]);
  }
});
