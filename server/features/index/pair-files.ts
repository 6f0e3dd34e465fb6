import { manifestSuffix, mediaSuffix } from '@reelroom/shared';
import type { StoredObject } from '../../adapters/s3/types.ts';

/** A recording's files. */
export interface FilePair {
  /** The recording's name. */
  name: string;
  media?: StoredObject;
  manifest?: StoredObject;
}

/** A file that is neither media nor its manifest. */
export interface OtherFile {
  other: StoredObject;
}

const bytes = (text: string) => Buffer.from(text);

/**
 * Pairs media with their manifests from a listing in key order; buffers only names with a common prefix.
 * @param path key prefix of their folder
 */
export async function* pairFiles(
  files: AsyncIterable<StoredObject>,
  path: string,
): AsyncGenerator<FilePair | OtherFile> {
  /** Media whose manifest may still follow. */
  const waiting = new Map<string, FilePair>();
  for await (const file of files) {
    for (const [name, pair] of waiting) {
      if (Buffer.compare(bytes(path + name + manifestSuffix), bytes(file.key)) >= 0) continue;
      waiting.delete(name);
      yield pair;
    }
    const name = file.key.slice(path.length);
    const mediaName = name.slice(0, -manifestSuffix.length);
    if (name.endsWith(mediaSuffix)) waiting.set(name, { name, media: file });
    else if (name.endsWith(mediaSuffix + manifestSuffix)) {
      yield { name: mediaName, ...waiting.get(mediaName), manifest: file };
      waiting.delete(mediaName);
    } else yield { other: file };
  }
  yield* waiting.values();
}
