import { box, contentAt, contentsAt, fullBox, u32 } from './mp4-boxes.ts';
import { NumberList, RunList } from './number-list.ts';
import { edit, emptyEdit, mvhdLike, trakLike } from './trak.ts';

/** The timescale of tracks, in units per second: MPEG-TS's. */
export const mediaTimescale = 90_000;

/** The timescale of the movie, in units per second. */
const movieTimescale = 1_000;

/** The language `und` as an `mdhd` has it. */
const undetermined = u32(0x55c40000);

/** A sample; times in {@link mediaTimescale} from the beginning of the file. */
export interface Sample {
  data: Buffer;
  decodedAt: number;
  shownAt: number;
  duration: number;
  isKey: boolean;
}

const toMovieTime = (time: number): number => Math.round((time / mediaTimescale) * movieTimescale);

/** A track's sample table; takes at most 20 bytes per sample. */
export function createTrackTable() {
  const sizes = new NumberList();
  const steps = new RunList();
  /** Composition offsets: presentation minus decoding time, which may be negative. */
  const offsets = new RunList();
  const keys = new NumberList();
  /** Two numbers per chunk: offsets may exceed 4 GiB. */
  const chunkPositions = new NumberList();
  const chunkLengths = new RunList();
  let leastOffset = 0;
  let firstDecoded = 0;
  let last: { decodedAt: number; duration: number } | undefined;

  const stepAfter = (decodedAt: number) => steps.push(decodedAt - (last?.decodedAt ?? 0));

  return {
    /** The decoding time of the last sample added. */
    lastDecoded: (): number => last?.decodedAt ?? -1,

    /** When the track ends. */
    end: (): number => (last ? last.decodedAt + last.duration : 0),

    /** Adds a chunk of consecutive samples at offset `position` in the file, in decoding order. */
    addChunk(position: number, samples: Sample[]): void {
      for (const { data, decodedAt, shownAt, duration, isKey } of samples) {
        if (last) stepAfter(decodedAt);
        else firstDecoded = decodedAt;
        sizes.push(data.length);
        offsets.push((shownAt - decodedAt) >>> 0);
        leastOffset = Math.min(leastOffset, shownAt - decodedAt);
        if (isKey) keys.push(sizes.length);
        last = { decodedAt, duration };
      }
      chunkPositions.push(Math.floor(position / 2 ** 32));
      chunkPositions.push(position % 2 ** 32);
      chunkLengths.push(samples.length);
    },

    /** The track's `trak`, given one of a file with the same codecs. To be called once. */
    trak(like: Buffer): Buffer {
      if (last) stepAfter(last.decodedAt + last.duration);
      // Players handle negative offsets differently: all are shifted to zero or more, and an edit list
      // compensates.
      offsets.shift(-leastOffset);
      const length = this.end() - firstDecoded;
      const allKeys = keys.length === sizes.length;

      let firstChunk = 1;
      const chunkRuns = [...chunkLengths].map(([count, samples]) => {
        const run = Buffer.concat([u32(firstChunk), u32(samples), u32(1)]);
        firstChunk += count;
        return run;
      });
      return trakLike(like, {
        length: toMovieTime(this.end()),
        edits: [
          ...(firstDecoded > 0 ? [emptyEdit(toMovieTime(firstDecoded))] : []),
          edit(toMovieTime(length), -leastOffset),
        ],
        media: { timescale: mediaTimescale, length, language: undetermined },
        table: [
          fullBox('stts', 0, 0, u32(steps.length), steps.bytes()),
          fullBox('ctts', 0, 0, u32(offsets.length), offsets.bytes()),
          ...(allKeys ? [] : [fullBox('stss', 0, 0, u32(keys.length), keys.bytes())]),
          fullBox('stsz', 0, 0, u32(0), u32(sizes.length), sizes.bytes()),
          fullBox('stsc', 0, 0, u32(chunkRuns.length), ...chunkRuns),
          fullBox('co64', 0, 0, u32(chunkPositions.length / 2), chunkPositions.bytes()),
        ],
      });
    },
  };
}

export type TrackTable = ReturnType<typeof createTrackTable>;

/** The `moov` of a whole file, given one of a file with the same tracks. */
export function finishMoov(like: Buffer, tables: TrackTable[]): Buffer {
  const moov = contentAt(like, 'moov');
  const end = Math.max(...tables.map((table) => table.end()));
  return box(
    'moov',
    mvhdLike(contentAt(moov, 'mvhd'), { timescale: movieTimescale, length: toMovieTime(end) }),
    ...contentsAt(moov, 'trak').flatMap((trak, index) => tables[index]?.trak(trak) ?? []),
  );
}
