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

/** The cache of entries; `ttl` in ms. */
const cached = { ttl: 5_000, max: 10_000 };

/** How often a waiting person's entry is renewed, and after how long without renewal it no longer counts, in ms. */
const renewMs = 20_000;
const goneAfterMs = 45_000;

/** How often both sides poll, in ms: events reach other processes only through Redis. */
const lookMs = 5_000;

/** How long an admission lasts, and how long a refused person must wait before asking again, in ms. */
const admittedForMs = 12 * 3_600_000;
const refusedForMs = 60_000;

/** How long an entry is kept, in ms; a removed person may come back after that. */
export const keptMs = 30 * 24 * 3_600_000;

/** The most people who are shown as waiting. */
const maxWaiting = 200;

const concurrency = 16;

const entrySchema = z.looseObject({
  standing: standingSchema,
  name: z.string(),
  /** When the person knocked, in ms since 1970. */
  since: z.number(),
  /** When the decision was made, or the waiting was last renewed, in ms since 1970. */
  at: z.number(),
});
type Entry = z.infer<typeof entrySchema>;

/**
 * Waiting rooms: who waits, and who was admitted, refused or removed. One object in the bucket per person and room,
 * written by compare and swap. Waiting people and hosts see changes at once; those of another process within 5 s
 * without Redis.
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

  /** The standing that an entry gives; admissions and refusals expire. */
  function standingBy(entry: Entry | undefined): Standing | undefined {
    const age = now() - (entry?.at ?? 0);
    if (entry?.standing === 'admitted' && age > admittedForMs) return undefined;
    if (entry?.standing === 'refused' && age > refusedForMs) return undefined;
    return entry?.standing;
  }

  /**
   * Changes an entry by compare and swap; where `change` returns undefined it stays as it is.
   * @returns the stored entry
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

  /** Creates pauses that end with an event of a room, or after `ms`. */
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
    // An entry of somebody who waits was renewed recently.
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
    /** A person's standing in a room: a GET, or none when cached. */
    standingOf: async (roomName: string, person: string): Promise<Standing | undefined> =>
      standingBy((await known.get(lobbyKey(path, roomName, person))).entry),

    /**
     * Knocks at a room: a GET and a PUT.
     * @returns the person's standing: after a recent refusal, or a removal, it is not `waiting`
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
     * The standing of a person who has knocked, now and at each change, until it is decided or `signal` is aborted;
     * `admitted` once the room has no waiting room. Keeps the person's entry renewed: a GET every 5 s, a PUT every
     * 20 s.
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
     * The people in a room's waiting room, longest first, now and at each change: a LIST every 5 s, and a GET for
     * each of them; none while the room has no waiting room.
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

    /** Admits or refuses waiting people: a GET and a PUT for each. Ignores those who no longer wait. */
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

    /** Bars a person from a room: a GET and a PUT. */
    async remove(roomName: string, person: string, name: string): Promise<void> {
      await update(roomName, person, (before) => ({
        ...(before ?? { name, since: now() }),
        standing: 'removed',
        at: now(),
      }));
      events.publish({ type: 'lobby', roomName });
    },

    /** Lifts a removal by an invite that was created after it: a GET, and a PUT. */
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
