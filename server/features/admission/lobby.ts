import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { standingSchema, type Standing, type WaitingPerson } from '@reelroom/shared';
import pMap from 'p-map';
import { z } from 'zod';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { swapJson } from '../../adapters/s3/swap.ts';
import { lobbyFolder, lobbyKey } from '../../bucket/layout.ts';
import { parseJson } from '../../lib/parse-json.ts';
import { createReadThrough } from '../../lib/read-through.ts';
import type { Events } from '../events/events.ts';

/** How where somebody stands is cached. */
const cached = { ttl: 5_000, max: 10_000 };

/** How often who waits says so, and after how long without that they have gone, in ms. */
const renewMs = 20_000;
const goneAfterMs = 45_000;

/** How often both sides look without an event, which only processes that share a Redis tell each other, in ms. */
const lookMs = 5_000;

/** How long being admitted lasts, and how long who was refused has to wait before asking again, in ms. */
const admittedForMs = 12 * 3_600_000;
const refusedForMs = 60_000;

/** How long an entry is kept, in ms: somebody who was removed may come back after that. */
export const keptMs = 30 * 24 * 3_600_000;

/** The most people who are shown as waiting. */
const maxWaiting = 200;

const concurrency = 16;

const entrySchema = z.looseObject({
  standing: standingSchema,
  name: z.string(),
  /** When they knocked, in ms since 1970. */
  since: z.number(),
  /** When this was decided, or who waits was last there. */
  at: z.number(),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Who waits before rooms, and who was admitted, refused or removed: an object in the bucket for each person and
 * room, written by compare and swap. Those who wait and those who decide see it at once, through another process
 * without Redis within 5 s.
 * @param path key prefix of the recordings' folder
 */
export function createLobby({
  storage,
  path,
  events,
}: {
  storage: Pick<Storage, 'getTextAndEtag' | 'putJson' | 'list' | 'now'>;
  path: string;
  events: Pick<Events, 'publish' | 'subscribe'>;
}) {
  const now = () => storage.now().getTime();

  async function read(key: string) {
    const found = await storage.getTextAndEtag(key);
    return { entry: parseJson(entrySchema, found?.text), etag: found?.etag };
  }
  const known = createReadThrough(read, cached);

  /** Where somebody stands by an entry, which is not for ever. */
  function standingBy(entry: Entry | undefined): Standing | undefined {
    const age = now() - (entry?.at ?? 0);
    if (entry?.standing === 'admitted' && age > admittedForMs) return undefined;
    if (entry?.standing === 'refused' && age > refusedForMs) return undefined;
    return entry?.standing;
  }

  /**
   * Replaces an entry by what `change` makes of it, by compare and swap; undefined leaves it.
   * @returns what is stored then
   */
  async function update(
    roomName: string,
    person: string,
    change: (entry: Entry | undefined) => Entry | undefined,
  ): Promise<Entry | undefined> {
    const key = lobbyKey(path, roomName, person);
    const { seen, stored } = await swapJson(
      storage,
      key,
      () => read(key),
      ({ entry }) => change(entry),
    );
    if (stored) known.forget(key);
    return stored ?? seen.entry;
  }

  /** Waits for an event of a room, and for `ms` at most. */
  function createPauses(roomName: string, signal: AbortSignal) {
    const events_ = events.subscribe({ signal });
    let next: Promise<unknown> | undefined;
    async function untilEvent(): Promise<void> {
      for (;;) {
        const { done, value } = await events_.next();
        if (done || value.event.type === 'reset') return;
        if (value.event.type === 'lobby' && value.event.roomName === roomName) return;
      }
    }
    return async (ms: number): Promise<void> => {
      next ??= untilEvent().finally(() => (next = undefined));
      const stop = new AbortController();
      await Promise.race([
        next,
        sleep(ms, undefined, { signal: stop.signal }),
        once(signal, 'abort'),
      ]).finally(() => stop.abort());
    };
  }

  async function waiting(roomName: string): Promise<WaitingPerson[]> {
    const folder = lobbyFolder(path, roomName);
    const recent: string[] = [];
    // Who waits has said so lately.
    for await (const { key, lastModified } of storage.list(folder))
      if (now() - lastModified.getTime() < goneAfterMs) recent.push(key);
    const found = await pMap(recent.slice(0, maxWaiting), async (key) => ({ key, ...(await read(key)) }), {
      concurrency,
    });
    return found
      .flatMap(({ key, entry }) =>
        entry?.standing === 'waiting'
          ? [{ id: key.slice(folder.length), name: entry.name, since: entry.since }]
          : [],
      )
      .sort((one, other) => one.since - other.since);
  }

  return {
    /** Where somebody stands with a room: a GET, or none when cached. */
    standingOf: async (roomName: string, person: string): Promise<Standing | undefined> =>
      standingBy((await known.get(lobbyKey(path, roomName, person))).entry),

    /**
     * Asks to be let into a room: a GET and a PUT.
     * @returns where they stand: who was refused a moment ago, or removed, does not wait
     */
    async knock(roomName: string, person: string, name: string): Promise<Standing> {
      const entry = await update(roomName, person, (before) => {
        const standing = standingBy(before);
        if (standing !== undefined && standing !== 'waiting') return undefined;
        const isStill = standing === 'waiting' && now() - (before?.at ?? 0) < goneAfterMs;
        return { standing: 'waiting', name, since: isStill ? (before?.since ?? now()) : now(), at: now() };
      });
      events.publish({ type: 'lobby', roomName });
      return entry?.standing ?? 'waiting';
    },

    /**
     * Where somebody who has knocked stands, now and at each change, until it is decided or `signal` is
     * aborted; `admitted` where the room has no waiting room any more. As long as it goes on they are known to
     * wait: a GET every 5 s, a PUT every 20 s.
     */
    async *wait(
      roomName: string,
      person: string,
      { isOn, signal }: { isOn: () => Promise<boolean>; signal: AbortSignal },
    ): AsyncGenerator<Standing, void> {
      const pause = createPauses(roomName, signal);
      let told: Standing | undefined;
      while (!signal.aborted) {
        const entry = await update(roomName, person, (before) =>
          before?.standing === 'waiting' && now() - before.at > renewMs
            ? { ...before, at: now() }
            : undefined,
        );
        const asked = standingBy(entry);
        if (asked === undefined) return;
        const standing = asked === 'waiting' && !(await isOn()) ? 'admitted' : asked;
        if (standing !== told) yield standing;
        told = standing;
        if (standing !== 'waiting') return;
        await pause(lookMs);
      }
    },

    /**
     * Who waits before a room, longest first, now and at each change: a LIST every 5 s, and a GET for each of
     * them; none while the room has no waiting room.
     */
    async *watchWaiting(
      roomName: string,
      { isOn, signal }: { isOn: () => Promise<boolean>; signal: AbortSignal },
    ): AsyncGenerator<WaitingPerson[], void> {
      const pause = createPauses(roomName, signal);
      let told: string | undefined;
      while (!signal.aborted) {
        const people = (await isOn()) ? await waiting(roomName) : [];
        const text = JSON.stringify(people);
        if (text !== told) yield people;
        told = text;
        await pause(lookMs);
      }
    },

    /** Admits or refuses people who wait: a GET and a PUT for each. Who does not wait any more is left out. */
    async decide(roomName: string, people: readonly string[], admit: boolean): Promise<void> {
      const standing: Standing = admit ? 'admitted' : 'refused';
      await pMap(
        people,
        (person) =>
          update(roomName, person, (before) =>
            before?.standing === 'waiting' ? { ...before, standing, at: now() } : undefined,
          ),
        { concurrency },
      );
      events.publish({ type: 'lobby', roomName });
    },

    /** Keeps somebody out of a room: a GET and a PUT. */
    async remove(roomName: string, person: string, name: string): Promise<void> {
      await update(roomName, person, (before) => ({
        ...(before ?? { name, since: now() }),
        standing: 'removed',
        at: now(),
      }));
      events.publish({ type: 'lobby', roomName });
    },

    /** Lets somebody back in whom an invite names that was made after they were removed: a GET, and a PUT. */
    async forgive(roomName: string, person: string, invitedAt: number): Promise<void> {
      await update(roomName, person, (before) =>
        before?.standing === 'removed' && invitedAt > before.at
          ? { ...before, standing: 'refused', at: 0 }
          : undefined,
      );
    },
  };
}

export type Lobby = ReturnType<typeof createLobby>;
