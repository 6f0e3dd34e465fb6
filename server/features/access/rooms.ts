import { defaultRoomRules, roomRulesSchema, type RoomRules } from '@reelroom/shared';
import { z } from 'zod';
import { ConditionNotMet, ifUnchanged } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { swapJson } from '../../adapters/s3/swap.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { createReadThrough } from '../../lib/read-through.ts';
import { ownedRoomKey, ownedRoomsFolder, roomKey, roomOfKey } from '../../bucket/layout.ts';
import type { RoomFacts } from './abilities.ts';

/** The cache of rooms, and of owners' lists; `ttl` in ms. */
const cached = { ttl: 5_000, max: 10_000 };

/** The most rooms that are read of one owner. */
const maxOwned = 10_000;

/** A stored room, perhaps by a newer version: its owner and its rules. */
const storedSchema = z.looseObject({
  owner: z.string(),
  /** Ms since 1970. */
  createdAt: z.number(),
  rules: z.looseObject(roomRulesSchema.shape),
});
type Stored = z.infer<typeof storedSchema>;

/** The rules of a room that this version cannot read: only admins get in. */
const closed: RoomRules = { join: 'invited', record: 'hosts', waitingRoom: true };

/**
 * The owners and rules of rooms, one object in the bucket each, written by compare and swap. A room's owner never
 * changes, since recordings belong to it. Changes by other processes are seen within 5 s.
 * @param path key prefix of the recordings' folder
 * @param hasRecordings whether a room has recordings, which a new owner would get to see
 */
export function createRooms({
  storage,
  path,
  hasRecordings,
}: {
  storage: Pick<Storage, 'getTextAndEtag' | 'putJson' | 'putEmpty' | 'list' | 'now'>;
  path: string;
  hasRecordings: (roomName: string) => Promise<boolean>;
}) {
  async function load(roomName: string): Promise<RoomFacts & { isStored: boolean }> {
    const found = await storage.getTextAndEtag(roomKey(path, roomName));
    const stored = found && parseJson(storedSchema, found.text);
    return {
      name: roomName,
      owner: stored?.owner,
      rules: stored?.rules ?? (found ? closed : defaultRoomRules),
      isStored: found !== undefined,
      isFree: false,
    };
  }
  const rooms = createReadThrough(load, cached);
  const withRecordings = createReadThrough(
    async (roomName) => ({ has: await hasRecordings(roomName) }),
    cached,
  );

  async function listOwned(owner: string): Promise<Set<string>> {
    const names = new Set<string>();
    for await (const { key } of storage.list(ownedRoomsFolder(path, owner))) {
      const roomName = roomOfKey(key);
      if (roomName !== undefined) names.add(roomName);
      if (names.size >= maxOwned) break;
    }
    return names;
  }
  const owned = createReadThrough(listOwned, cached);

  /** Adds a room to its owner's list, which is derived: after a crash it is added when the owner joins again. */
  async function addToOwned(owner: string, roomName: string): Promise<void> {
    if ((await owned.get(owner)).has(roomName)) return;
    await storage.putEmpty(ownedRoomKey(path, owner, roomName));
    owned.forget(owner);
  }

  /** Creates a room; false where it exists. */
  async function write(roomName: string, room: Stored): Promise<boolean> {
    try {
      await storage.putJson(roomKey(path, roomName), room, ifUnchanged(undefined));
      return true;
    } catch (error) {
      if (error instanceof ConditionNotMet) return false;
      throw error;
    } finally {
      rooms.forget(roomName);
    }
  }

  const newRoom = (owner: string, rules: RoomRules = defaultRoomRules): Stored => ({
    owner,
    createdAt: storage.now().getTime(),
    rules,
  });

  async function setRules(
    roomName: string,
    changes: { [Rule in keyof RoomRules]?: RoomRules[Rule] | undefined },
    owner: string,
  ): Promise<RoomRules> {
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const key = roomKey(path, roomName);
    const { seen, stored } = await swapJson(
      storage,
      key,
      async () => {
        const found = await storage.getTextAndEtag(key);
        return { isNew: !found, room: parseJson(storedSchema, found?.text), etag: found?.etag };
      },
      ({ room = newRoom(owner) }) => storedSchema.parse({ ...room, rules: { ...room.rules, ...given } }),
    ).finally(() => rooms.forget(roomName));
    if (seen.isNew) await addToOwned(owner, roomName);
    return roomRulesSchema.parse(stored?.rules);
  }

  return {
    /**
     * A room's owner and rules: one GET, or none when cached.
     * @param asMaker whether to find out if the room may be created: one LIST more for a room without an owner
     */
    async read(roomName: string, { asMaker = false } = {}): Promise<RoomFacts> {
      const { isStored, ...facts } = await rooms.get(roomName);
      const isFree = asMaker && !isStored && !(await withRecordings.get(roomName)).has;
      return { ...facts, isFree };
    },

    /**
     * Creates a room unless another owner has: a PUT, and a LIST and a PUT for the owner's list. For its owner it
     * only completes that list.
     * @returns whether the room belongs to `owner`
     */
    async make(roomName: string, owner: string): Promise<boolean> {
      const { owner: known, isStored } = await rooms.get(roomName);
      const isTheirs = isStored ? known === owner : await write(roomName, newRoom(owner));
      if (isTheirs) await addToOwned(owner, roomName);
      return isTheirs;
    },

    /** The rooms of an owner: one LIST, or none when cached. */
    ownedBy: (owner: string): Promise<ReadonlySet<string>> => owned.get(owner),

    /**
     * Changes a room's rules, by compare and swap; a new room gets this `owner`. A GET and a PUT.
     * @returns all of its rules
     */
    setRules,
  };
}

export type Rooms = ReturnType<typeof createRooms>;
