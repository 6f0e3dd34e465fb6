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

/** How long entries wait for others before they are stored together, and after a failure, in ms. */
const batchMs = 2_000;
const retryMs = 5_000;

/** How long the end of the process waits for entries to be stored, in ms. */
const closeMs = 2_000;

/** The most entries of an object, and how much later than its first the others may be, in ms. */
const maxEntries = 500;
const maxSpanMs = 60_000;

/** The most entries that wait while S3 is away; older ones are in the log only. */
const maxWaiting = 10_000;

/** How many objects a page reads at most, and at once. */
const maxObjects = 1_000;
const concurrency = 16;

/** Counted backwards, so that S3's own order of keys is newest first. */
const inverted = (at: number): string => String(9_999_999_999_999 - at).padStart(13, '0');

const monthOf = (at: number): string => new Date(at).toISOString().slice(0, 7);

/** When the first entry of an object was, in ms since 1970, by its name. */
const startOf = (name: string): number => 9_999_999_999_999 - Number(name.slice(0, 13));

const parseEntries = (text: string | undefined): AuditEntry[] =>
  (parseJson(z.array(z.unknown()), text) ?? []).flatMap(
    (entry) => auditEntrySchema.safeParse(entry).data ?? [],
  );

const contains = (text: string | undefined, part: string) => text?.toLowerCase().includes(part.toLowerCase());

/** Whether an entry is one of those asked for. Pure. */
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
 * Who did what: each a line of the log at once, and stored within 2 s, several in one object that is never written
 * again, in a folder for each month. A process that is killed leaves those of the last seconds in its log only.
 * @param path key prefix of the recordings' folder
 * @param isOn whether it is done at all: where access is open nobody is known
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

  /** The first of those that wait, as many as one object takes. */
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

  /** The objects of a month after one, oldest last, that may have entries asked for. */
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
      // The object of the cursor itself may have more.
      const isLast = month === lastMonth && after !== undefined;
      if (isLast) yield `${month}/${after}`;
      for await (const name of namesOf(month, isLast ? after : undefined, input)) yield `${month}/${name}`;
    }
  }

  return {
    /** Notes what somebody did. Never throws; no request now. */
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
          // The newest of an object is its last.
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

    /** Stores what waits, unless S3 takes too long. */
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
