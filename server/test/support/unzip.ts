import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';

/** What is in a ZIP, as a reader sees it that is not ours, with its dates in ms since 1970. */
export async function unzip(bytes: Buffer) {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: true });
  const files: { name: string; bytes: Buffer; date: number; shown: number }[] = [];
  for await (const entry of zip.eachEntry()) {
    const content = await buffer(await zip.openReadStreamPromise(entry));
    if (entry.crc32 !== crc32(content)) throw new Error(`${entry.fileName}: wrong CRC`);
    if (!(entry.generalPurposeBitFlag & 0x800)) throw new Error(`${entry.fileName}: not in UTF-8`);
    files.push({
      ...{ name: entry.fileName, bytes: content },
      date: entry.getLastModDate().getTime(),
      // What has no zone, as UTC.
      shown: entry.getLastModDate({ forceDosFormat: true, timezone: 'UTC' }).getTime(),
    });
  }
  return files;
}
