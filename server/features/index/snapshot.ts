import { createHash } from 'node:crypto';
import type { Entry } from './key.ts';
import { positionOf } from './position.ts';

const numberOf = (hash: string) => Buffer.from(hash, 'base64url').readUIntBE(0, 6);
const hashOf = (key: string) => numberOf(createHash('sha256').update(key).digest('base64url').slice(0, 8));
/** The name's hash in a position. */
const nameHash = (position: string) => numberOf(position.slice(13));

/**
 * The entries of the index at one time, in some ten bytes each: some 20 MB for a hundred thousand recordings.
 */
export function createSnapshot() {
  const existing = new Set<number>();
  const expected = new Set<number>();
  /**
   * By name: the number of entries, and of those that it should have, their row, and when the oldest was
   * written, in ms since 1970.
   */
  const names = new Map<number, { entries: number; expected: number; row: number; writtenAt: number }>();
  /** Hashes of names whose entries are up to date. */
  const upToDate = new Set<number>();

  return {
    add({ key, position, recording }: Entry, writtenAt: Date): void {
      existing.add(hashOf(key));
      const hash = nameHash(position);
      const row = hashOf(JSON.stringify(recording));
      const known = names.get(hash);
      names.set(hash, {
        row,
        expected: recording.trashedAt === undefined ? 2 : 1,
        // Entries that differ are never up to date.
        entries: known && known.row !== row ? Infinity : (known?.entries ?? 0) + 1,
        writtenAt: Math.min(known?.writtenAt ?? Infinity, writtenAt.getTime()),
      });
    },

    /** Marks an entry as expected; whether it existed at the start. */
    markExpected(key: string): boolean {
      const hash = hashOf(key);
      expected.add(hash);
      return existing.has(hash);
    },

    /**
     * How many entries a name has if all of them were written after `time` (ms since 1970), and so are up to
     * date; 0 otherwise.
     */
    upToDateEntries(name: string, time: number): number {
      const hash = nameHash(positionOf({ name, startedAt: 0 }));
      const known = names.get(hash);
      // Some servers have a precision of seconds.
      const isCurrent =
        known !== undefined && known.entries === known.expected && known.writtenAt >= time + 1_000;
      if (isCurrent) upToDate.add(hash);
      return isCurrent ? known.entries : 0;
    },

    /** Whether an entry was marked as expected, or is up to date. */
    isExpected: ({ key, position }: Entry): boolean =>
      expected.has(hashOf(key)) || upToDate.has(nameHash(position)),

    existedAtStart: ({ key }: Entry): boolean => existing.has(hashOf(key)),
  };
}
