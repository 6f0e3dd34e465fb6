import { box, boxesIn, contentAt, contentsAt, fullBox, u32, u64 } from './mp4-boxes.ts';
import { readEdit } from './edit-list.ts';
import { NumberList, RunList } from './number-list.ts';
import { samplesIn, UnsupportedMp4 } from './sample-table.ts';
import { edit, emptyEdit, mvhdLike, trakLike } from './trak.ts';

/** Bytes of a file, from `start` to before `end`. */
export interface Span {
  start: number;
  end: number;
}

/**
 * A part of an MP4 as a file of its own: `head`, then the bytes of the original in `source`, of which those
 * outside of `kept` belong to other parts.
 */
export interface Cut {
  head: Buffer;
  source: Span;
  /** In order, apart from one another. */
  kept: Span[];
  durationMs: number;
}

/** The timescale of the movie, in units per second. */
const movieTimescale = 90_000;

interface Track {
  /** Its `trak`, given by how much chunks move. */
  trak: (moveBy: number, isWide: boolean) => Buffer;
  kept: Span[];
  /** In s. */
  length: number;
}

/** The timescale in an `mdhd` or `mvhd`. */
const timescaleOf = (header: Buffer) => header.readUInt32BE(header.readUInt8(0) === 1 ? 20 : 12);

/** The samples of a track that are decoded for what is shown from `start` to before `end`: the first and the last. */
function samplesFor(stbl: Buffer, start: number, end: number): { first: number; last: number } {
  let [first, last, index] = [-1, -1, 0];
  for (const { shownAt, isKey } of samplesIn(stbl)) {
    // What is shown begins with a key frame, the last one before it.
    if (isKey && shownAt < end && (shownAt <= start || first < 0)) first = index;
    if (shownAt < end) last = index;
    index += 1;
  }
  return { first, last };
}

/** The track's part from `from` to `to`, in s of the movie; undefined where it has none. */
function cutTrack(content: Buffer, from: number, to: number, movieScale: number): Track | undefined {
  const mdhd = contentAt(content, 'mdia/mdhd');
  const timescale = timescaleOf(mdhd);
  const stbl = contentAt(content, 'mdia/minf/stbl');
  const edited = readEdit(contentsAt(content, 'edts/elst')[0]);
  /** A time of the movie, in s, as a time of the media. */
  const mediaTime = (seconds: number) =>
    edited.mediaStart + Math.round((seconds - edited.delay / movieScale) * timescale);
  const start = Math.max(mediaTime(from), edited.mediaStart);
  const end = Math.min(
    mediaTime(to),
    edited.length === undefined
      ? Infinity
      : edited.mediaStart + Math.round((edited.length / movieScale) * timescale),
  );
  const { first, last } = samplesFor(stbl, start, end);
  if (first < 0 || last < first) return undefined;

  const sizes = new NumberList();
  const durations = new RunList();
  const offsets = new RunList();
  const keys = new NumberList();
  const chunks: { position: number; samples: number }[] = [];
  const kept: Span[] = [];
  let [index, decodedFirst, shownFirst, shownEnd, leastOffset] = [0, 0, Infinity, 0, 0];
  for (const { position, size, decodedAt, shownAt, duration, isKey } of samplesIn(stbl)) {
    if (index > last) break;
    if (index >= first) {
      if (index === first) decodedFirst = decodedAt;
      sizes.push(size);
      durations.push(duration);
      offsets.push((shownAt - decodedAt) >>> 0);
      leastOffset = Math.min(leastOffset, shownAt - decodedAt);
      if (isKey) keys.push(sizes.length);
      shownFirst = Math.min(shownFirst, shownAt);
      shownEnd = Math.max(shownEnd, shownAt + duration);
      const [span, chunk] = [kept.at(-1), chunks.at(-1)];
      if (span?.end === position && chunk) {
        span.end += size;
        chunk.samples += 1;
      } else {
        kept.push({ start: position, end: position + size });
        chunks.push({ position, samples: 1 });
      }
    }
    index += 1;
  }
  if (shownEnd <= start) return undefined;
  // Players handle negative offsets differently: all are shifted to zero or more, which the edit list makes up for.
  offsets.shift(-leastOffset);

  const shownStart = Math.max(start, shownFirst);
  const pause = (shownStart - mediaTime(from)) / timescale;
  const length = Math.max(Math.min(end, shownEnd) - shownStart, 0) / timescale;
  const inMovie = (seconds: number) => Math.round(seconds * movieTimescale);
  const edits = [
    ...(pause > 0 ? [emptyEdit(inMovie(pause))] : []),
    edit(inMovie(length), shownStart - decodedFirst - leastOffset),
  ];
  const trak = (moveBy: number, isWide: boolean): Buffer => {
    const positions = chunks.map(({ position }) => position + moveBy);
    return trakLike(content, {
      length: inMovie(pause > 0 ? pause + length : length),
      edits,
      media: { timescale, length: shownEnd - decodedFirst, language: mdhd.subarray(-4) },
      table: [
        fullBox('stts', 0, 0, u32(durations.length), durations.bytes()),
        ...([...offsets].some(([, value]) => value !== 0)
          ? [fullBox('ctts', 0, 0, u32(offsets.length), offsets.bytes())]
          : []),
        ...(keys.length === sizes.length ? [] : [fullBox('stss', 0, 0, u32(keys.length), keys.bytes())]),
        fullBox(
          'stsc',
          0,
          0,
          u32(chunks.length),
          ...chunks.map(({ samples }, at) => Buffer.concat([u32(at + 1), u32(samples), u32(1)])),
        ),
        fullBox('stsz', 0, 0, u32(0), u32(sizes.length), sizes.bytes()),
        isWide
          ? fullBox('co64', 0, 0, u32(positions.length), ...positions.map(u64))
          : fullBox('stco', 0, 0, u32(positions.length), ...positions.map(u32)),
      ],
    });
  };
  return { trak, kept, length: Math.max(pause, 0) + length };
}

/** Spans in order, those that touch as one. */
function merged(spans: Span[]): Span[] {
  const inOrder = spans.toSorted((one, other) => one.start - other.start);
  const all: Span[] = [];
  for (const { start, end } of inOrder) {
    const last = all.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else all.push({ start, end });
  }
  return all;
}

/** The header of an `mdat` with so much content. */
const mediaHeader = (length: number, isWide: boolean): Buffer =>
  isWide
    ? Buffer.concat([u32(1), Buffer.from('mdat'), u64(16 + length)])
    : Buffer.concat([u32(8 + length), Buffer.from('mdat')]);

/**
 * The part of an MP4 from `from` to `to`, in s, as a faststart file: a `moov` of its own with the samples from
 * the key frame at or before `from` on, an edit list that begins at `from` exactly, and the media where it is.
 * Pure; some 50 ms for an hour.
 * @param ftyp the file's first box
 * @param moov the content of its `moov`
 * @throws {UnsupportedMp4} also where there is nothing in that part
 */
export function cutMp4({
  ftyp,
  moov,
  from,
  to,
}: {
  ftyp: Buffer;
  moov: Buffer;
  from: number;
  to: number;
}): Cut {
  const boxes = [...boxesIn(moov)];
  if (boxes.some(({ type }) => type === 'mvex')) throw new UnsupportedMp4('the file has fragments');
  const mvhd = contentAt(moov, 'mvhd');
  const movieScale = timescaleOf(mvhd);
  const tracks = boxes
    .filter(({ type }) => type === 'trak')
    .filter(({ content }) =>
      ['vide', 'soun'].includes(contentAt(content, 'mdia/hdlr').toString('latin1', 8, 12)),
    )
    .flatMap(({ content }) => cutTrack(content, from, to, movieScale) ?? []);
  const kept = merged(tracks.flatMap((track) => track.kept));
  const [start, end] = [kept[0]?.start, kept.at(-1)?.end];
  if (start === undefined || end === undefined) throw new UnsupportedMp4('there is nothing in this part');

  const length = Math.max(...tracks.map((track) => track.length));
  const isWide = end - start >= 2 ** 31;
  const moovAt = (moveBy: number): Buffer =>
    box(
      'moov',
      mvhdLike(mvhd, { timescale: movieTimescale, length: Math.round(length * movieTimescale) }),
      ...tracks.map(({ trak }) => trak(moveBy, isWide)),
    );
  const header = mediaHeader(end - start, isWide);
  // Positions have a fixed length, so that the second moov is as long as the first.
  const headLength = ftyp.length + moovAt(-start).length + header.length;
  return {
    head: Buffer.concat([ftyp, moovAt(headLength - start), header]),
    source: { start, end },
    kept,
    durationMs: Math.round(length * 1_000),
  };
}
