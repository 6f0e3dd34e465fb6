/** A file in a ZIP. */
export interface ZipEntry {
  name: string;
  /** Bytes. */
  size: number;
  lastModified: Date;
  /** The same in the reader's local time, in its UTC fields. */
  shownAs: Date;
}

/** A part of a ZIP: a file's local header, its content, its data descriptor, or the central directory. */
export interface ZipPart {
  kind: 'header' | 'file' | 'descriptor' | 'directory';
  index: number;
  /** Offset and length, in bytes. */
  start: number;
  length: number;
}

/** From here on a length or an offset needs ZIP64 (APPNOTE 4.4.1.4). */
const limit = 0xffffffff;
const clipped = (value: number) => Math.min(value, limit);

/** The version that supports ZIP64. */
const version = 45;
/** A data descriptor follows the file, and its name is in UTF-8 (4.4.4, bits 3 and 11). */
const flags = 0x0808;
/** A regular file in Unix's mode: rw-rw-r--. */
const unix = 3;
const mode = 0o100664;

/** When a file was last modified, whatever the zone (Info-ZIP's "universal time"), where 32 bits have room for it. */
function timestampOf({ lastModified }: ZipEntry): Buffer {
  const seconds = Math.floor(lastModified.getTime() / 1_000);
  if (seconds < 0 || seconds > 0x7fffffff) return Buffer.alloc(0);
  return pack([2, 0x5455], [2, 5], [1, 1], [4, seconds]);
}

const descriptorLength = ({ size }: ZipEntry) => (size >= limit ? 24 : 16);
const extraLength = (size: number, offset: number) => (size >= limit ? 28 : offset >= limit ? 12 : 0);

/** Packs little-endian numbers of the given widths in bytes. */
function pack(...fields: readonly (readonly [bytes: 1 | 2 | 4 | 8, value: number])[]): Buffer {
  const packed = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) {
    if (bytes === 8) packed.writeBigUInt64LE(BigInt(value), at);
    else packed.writeUIntLE(value, at, bytes);
    at += bytes;
  }
  return packed;
}

/** The range of MS-DOS dates. */
const [firstDosTime, lastDosTime] = [Date.UTC(1980, 0), Date.UTC(2108, 0) - 1];

/** Time and date in MS-DOS's format, without a time zone (4.4.6). */
function dosTime({ shownAs }: ZipEntry): (readonly [2, number])[] {
  const date = new Date(Math.min(Math.max(shownAs.getTime(), firstDosTime), lastDosTime));
  return [
    [2, (date.getUTCSeconds() >> 1) | (date.getUTCMinutes() << 5) | (date.getUTCHours() << 11)],
    [2, date.getUTCDate() | ((date.getUTCMonth() + 1) << 5) | ((date.getUTCFullYear() - 1980) << 9)],
  ];
}

/** A file's local header (4.3.7). */
export function headerOf(entry: ZipEntry): Buffer {
  const bytes = Buffer.from(entry.name);
  const timestamp = timestampOf(entry);
  const head = pack(
    ...([
      [4, 0x04034b50],
      [2, version],
      [2, flags],
      [2, 0],
    ] as const),
    ...dosTime(entry),
    ...([
      [4, 0],
      [4, 0],
      [4, 0],
      [2, bytes.length],
      [2, timestamp.length],
    ] as const),
  );
  return Buffer.concat([head, bytes, timestamp]);
}

/** A file's data descriptor (4.3.9). */
export function descriptorOf({ size }: ZipEntry, crc: number): Buffer {
  const bytes = size >= limit ? 8 : 4;
  return pack([4, 0x08074b50], [4, crc], [bytes, size], [bytes, size]);
}

/** The layout of a ZIP of these files, uncompressed. */
export function zipLayout(entries: ZipEntry[]): { parts: ZipPart[]; length: number } {
  const parts: ZipPart[] = [];
  let start = 0;
  const add = (kind: ZipPart['kind'], index: number, length: number) => {
    parts.push({ kind, index, start, length });
    start += length;
  };
  let directory = 22;
  let isLarge = false;
  for (const [index, entry] of entries.entries()) {
    const name = Buffer.byteLength(entry.name);
    const timestamp = timestampOf(entry).length;
    directory += 46 + name + extraLength(entry.size, start) + timestamp;
    isLarge ||= entry.size >= limit;
    add('header', index, 30 + name + timestamp);
    add('file', index, entry.size);
    add('descriptor', index, descriptorLength(entry));
  }
  if (isLarge || start >= limit) directory += 56 + 20;
  add('directory', entries.length, directory);
  return { parts, length: start };
}

/** The central directory of a ZIP, and its end records (4.3.12 to 4.3.16). */
export function directoryOf(entries: ZipEntry[], crcs: number[]): Buffer {
  const { parts, length } = zipLayout(entries);
  const headers = parts.filter(({ kind }) => kind === 'header');
  const files = entries.flatMap((entry, index) => {
    const offset = headers[index]?.start ?? 0;
    const extra = extraLength(entry.size, offset);
    const name = Buffer.from(entry.name);
    const size = clipped(entry.size);
    const timestamp = timestampOf(entry);
    const head = pack(
      ...([
        [4, 0x02014b50],
        [2, (unix << 8) | version],
        [2, version],
        [2, flags],
        [2, 0],
      ] as const),
      ...dosTime(entry),
      ...([
        [4, crcs[index] ?? 0],
        [4, size],
        [4, size],
        [2, name.length],
        [2, extra + timestamp.length],
      ] as const),
      ...([
        [2, 0],
        [2, 0],
        [2, 0],
        [2, 0],
        [2, mode],
        [4, clipped(offset)],
      ] as const),
    );
    const zip64 = pack(
      ...(extra > 0
        ? ([
            [2, 1],
            [2, extra - 4],
          ] as const)
        : []),
      ...(extra === 28
        ? ([
            [8, entry.size],
            [8, entry.size],
          ] as const)
        : []),
      ...(extra > 0 ? ([[8, offset]] as const) : []),
    );
    return [head, name, zip64, timestamp];
  });
  const start = parts.at(-1)?.start ?? 0;
  const size = files.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const zip64End =
    length - start - size > 22
      ? pack(
          ...([
            [4, 0x06064b50],
            [8, 44],
            [2, (unix << 8) | version],
            [2, version],
            [4, 0],
            [4, 0],
          ] as const),
          ...([
            [8, count],
            [8, count],
            [8, size],
            [8, start],
          ] as const),
          ...([
            [4, 0x07064b50],
            [4, 0],
            [8, start + size],
            [4, 1],
          ] as const),
        )
      : Buffer.alloc(0);
  const end = pack(
    ...([
      [4, 0x06054b50],
      [2, 0],
      [2, 0],
      [2, count],
      [2, count],
      [4, clipped(size)],
    ] as const),
    ...([
      [4, clipped(start)],
      [2, 0],
    ] as const),
  );
  return Buffer.concat([...files, zip64End, end]);
}
