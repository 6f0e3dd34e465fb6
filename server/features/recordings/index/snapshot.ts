import { createHash } from 'node:crypto';
import type { Entry } from './key.ts';
import { positionOf } from './position.ts';

const numberOf = (hash: string) => Buffer.from(hash, 'base64url').readUIntBE(0, 6);
const hashOf = (key: string) => numberOf(createHash('sha256').update(key).digest('base64url').slice(0, 8));
/** The name's part of a position. */
const nameHash = (position: string) => numberOf(position.slice(13));

/**
 * What was in the index at some time, in some ten bytes an entry: of a hundred thousand
 * recordings two million bytes or three.
 */
export function createSnapshot() {
  /** The entries that nobody has said yet are right. */
  const unseen = new Set<number>();
  const seen = new Set<number>();
  /** By name: how many entries it has, and when the oldest was written, in ms since 1970. */
  const names = new Map<number, { entries: number; writtenAt: number }>();
  const current = new Set<number>();

  return {
    add({ key, position }: Entry, writtenAt: Date): void {
      unseen.add(hashOf(key));
      const hash = nameHash(position);
      const known = names.get(hash);
      names.set(hash, {
        entries: (known?.entries ?? 0) + 1,
        writtenAt: Math.min(known?.writtenAt ?? Infinity, writtenAt.getTime()),
      });
    },

    /** Whether there was an entry, which is right then. */
    has(key: string): boolean {
      const hash = hashOf(key);
      if (unseen.delete(hash)) seen.add(hash);
      return seen.has(hash);
    },

    /** Whether both entries of a name were written after `date`, so that they are right as they are. */
    isCurrent(name: string, date: Date): boolean {
      const hash = nameHash(positionOf({ name, startedAt: 0 }));
      const known = names.get(hash);
      // Some servers know whole seconds only.
      const isCurrent = known?.entries === 2 && known.writtenAt >= date.getTime() + 1_000;
      if (isCurrent) current.add(hash);
      return isCurrent;
    },

    /** Whether an entry was there, and nobody has said that it is right. */
    isLeft: ({ key, position }: Entry): boolean =>
      unseen.has(hashOf(key)) && !current.has(nameHash(position)),

    /** Whether there is any such entry, perhaps. */
    hasLeft: (): boolean => unseen.size > current.size * 2,
  };
}
