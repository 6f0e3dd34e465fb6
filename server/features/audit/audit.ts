import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { auditEntrySchema, type AuditEntry, type AuditListInput, type AuditPage } from '@reelroom/shared';
import type { FastifyBaseLogger } from 'fastify';
import pMap from 'p-map';
import { z } from 'zod';
import { ifUnchanged } from '../../adapters/s3/conditions.ts';
import type { Storage } from '../../adapters/s3/bucket.ts';
import { auditFolder, auditRoot } from '../../bucket/layout.ts';
import { parseJson } from '../../lib/parse-json.ts';

/** How long entries are collected before they are stored together, and the pause after a failure, in ms. */
const batchMs = 2_000;
const retryMs = 5_000;

/** How long shutdown waits for entries to be stored, in ms. */
const closeMs = 2_000;

/** The most entries of an object, and the longest time between its first and its last, in ms. */
const maxEntries = 500;
const maxSpanMs = 60_000;

/** The most entries that wait while S3 is unavailable; older ones are only in the log. */
const maxWaiting = 10_000;

/** The most objects that a page reads, and how many at once. */
const maxObjects = 1_000;
const concurrency = 16;

/** A time counted backwards, so that S3's key order is newest first. */
const inverted = (at: number): string => String(9_999_999_999_999 - at).padStart(13, '0');

const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** The time of an object's first entry, in ms since 1970, from its name. */
const startOf = (name: string): number => 9_999_999_999_999 - Number(name.slice(0, 13));

const parseEntries = (text: string | undefined): AuditEntry[] =>
  (parseJson(z.array(z.unknown()), text) ?? []).flatMap(
    (entry) => auditEntrySchema.safeParse(entry).data ?? [],
  );

const contains = (text: string | undefined, part: string) => text?.toLowerCase().includes(part.toLowerCase());

/** Whether an entry matches a query. Pure. */
const isAskedFor = (
  { at, who, name, what, room, recordings }: AuditEntry,
  asked: Pick<AuditListInput, 'who' | 'what' | 'on' | 'from' | 'to'>,
): boolean =>
  at >= (asked.from ?? -Infinity) &&
  at <= (asked.to ?? Infinity) &&
  (!asked.who || [who, name].some((text) => contains(text, asked.who ?? ''))) &&
  (!asked.what || what.startsWith(asked.what)) &&
  (!asked.on || [room, ...(recordings ?? [])].some((text) => contains(text, asked.on ?? '')));

/**
 * The audit log: each entry is a line of the process log at once, and is stored within 2 s, several in one immutable
 * object, in one folder per month. Of a process that is killed, entries of the last seconds are only in its log.
 * @param path key prefix of the recordings' folder
 * @param isOn whether entries are recorded; with open access nobody is identified
 */
export function createAudit({
  storage,
  path,
  isOn,
  log,
}: {
  storage: Pick<Storage, 'getText' | 'putJson' | 'listPage' | 'folders'>;
  path: string;
  isOn: boolean;
  log: FastifyBaseLogger;
}) {
  let waiting: AuditEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();

  /** The first waiting entries, as many as fit into one object. */
  function nextBatch(): AuditEntry[] {
    const start = waiting[0]?.at ?? 0;
    const end = waiting.findIndex(({ at }) => at < start || at > start + maxSpanMs);
    return waiting.slice(0, Math.min(end < 0 ? waiting.length : end, maxEntries));
  }

  async function store(): Promise<void> {
    while (waiting.length > 0) {
      const batch = nextBatch();
      const at = batch[0]?.at ?? 0;
      const key = `${auditFolder(path, monthOf(at))}${inverted(at)}-${randomBytes(4).toString('hex')}.json`;
      await storage.putJson(key, batch, ifUnchanged(undefined));
      waiting = waiting.slice(batch.length);
    }
  }

  function storeAfter(ms: number): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      storing = store().catch((error: unknown) => {
        log.warn({ err: error }, 'what was audited is not stored yet');
        storeAfter(retryMs);
      });
    }, ms).unref();
  }

  /** The names of a month's objects that may have matching entries, newest first, after `after`. */
  async function* namesOf(month: string, after: string | undefined, { from = 0, to }: AuditListInput) {
    const prefix = auditFolder(path, month);
    const first = to !== undefined && monthOf(to) === month ? inverted(to) : undefined;
    let startAfter = after ?? first;
    for (;;) {
      const page = await storage.listPage({
        prefix,
        startAfter: startAfter === undefined ? undefined : prefix + startAfter,
      });
      for (const { key } of page.objects) {
        const name = key.slice(prefix.length);
        if (startOf(name) + maxSpanMs < from) return;
        yield name;
      }
      startAfter = page.objects.at(-1)?.key.slice(prefix.length);
      if (!page.isTruncated || startAfter === undefined) return;
    }
  }

  async function* objects(input: AuditListInput): AsyncGenerator<string> {
    const [lastMonth, after] = input.cursor?.split('/') ?? [];
    const months: string[] = [];
    for await (const month of storage.folders(auditRoot(path))) months.push(month);
    const newest = lastMonth ?? monthOf(input.to ?? Date.UTC(9_999, 0));
    const oldest = monthOf((input.from ?? 0) - maxSpanMs);
    for (const month of months.sort().toReversed()) {
      if (month > newest || month < oldest) continue;
      // The cursor's own object may have more entries.
      const isLast = month === lastMonth && after !== undefined;
      if (isLast) yield `${month}/${after}`;
      for await (const name of namesOf(month, isLast ? after : undefined, input)) yield `${month}/${name}`;
    }
  }

  return {
    /** Records an entry. Never throws; no request at once. */
    record(entry: AuditEntry): void {
      if (!isOn) return;
      log.info({ audit: entry }, 'audit');
      waiting.push(entry);
      if (waiting.length > maxWaiting) waiting.shift();
      storeAfter(batchMs);
    },

    /**
     * A page of entries, newest first to within some seconds: a LIST of the months, a LIST for each 1,000 objects, and
     * a GET for each object, of 1,000 at most; a page may therefore have fewer than `limit` and not be the last.
     */
    async list(input: AuditListInput): Promise<AuditPage> {
      const found: (AuditEntry & { position: string })[] = [];
      const [month, name, index] = input.cursor?.split('/') ?? [];
      let read = 0;
      let batch: string[] = [];
      let last: string | undefined;
      const readBatch = async () => {
        const texts = await pMap(batch, (object) => storage.getText(auditRoot(path) + object), {
          concurrency,
        });
        batch.forEach((object, at) => {
          const skipped = object === `${month}/${name}` ? Number(index) : 0;
          // The newest entry of an object is its last.
          const entries = parseEntries(texts[at]).toReversed();
          entries.forEach((entry, number) => {
            if (number >= skipped && isAskedFor(entry, input))
              found.push({ ...entry, position: `${object}/${number + 1}` });
          });
          last = `${object}/${entries.length}`;
        });
        read += batch.length;
        batch = [];
      };
      let isAll = true;
      for await (const object of objects(input)) {
        if (found.length >= input.limit || read >= maxObjects) {
          isAll = false;
          break;
        }
        batch.push(object);
        if (batch.length === concurrency) await readBatch();
      }
      if (isAll) await readBatch();
      const page = found.slice(0, input.limit);
      const nextCursor = found.length > page.length ? page.at(-1)?.position : isAll ? undefined : last;
      return {
        entries: page.map(({ position: _, ...entry }) => entry),
        ...(nextCursor !== undefined && { nextCursor }),
      };
    },

    /** Stores the waiting entries, unless S3 takes too long. */
    async close(): Promise<void> {
      clearTimeout(timer);
      const stored = storing
        .then(store)
        .catch((error: unknown) => log.error({ err: error }, 'what was audited is in the log only'));
      await Promise.race([stored, sleep(closeMs, undefined, { ref: false })]);
    },
  };
}

export type Audit = ReturnType<typeof createAudit>;
