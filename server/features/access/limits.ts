import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Counter } from '../../adapters/redis/counter.ts';
import { isLoopbackName } from '../../config/loopback.ts';
import { tooManyCalls } from '../../lib/errors.ts';

/** A limit: how often a caller may make such calls per window. */
interface Limit {
  /** Calls from one address, which a whole office may share. */
  mostOfAddress: number;
  /** Calls by one account or API key, where the caller has one. */
  mostOfPrincipal: number;
  /** The window, in ms. */
  windowMs: number;
  /** Whether calls from this machine count, too. */
  countsLocal: boolean;
}

const minute = 60_000;

/** The limits that rules name; normal use does not reach them. */
export const limits = {
  /** Signing in by password: each try takes a quarter of a second of a core. */
  password: { mostOfAddress: 30, mostOfPrincipal: 30, windowMs: 10 * minute, countsLocal: true },
  /** Calls that could be used for guessing: an invite, a link's password, a room to knock at. */
  guess: { mostOfAddress: 1_000, mostOfPrincipal: 1_000, windowMs: 10 * minute, countsLocal: true },
  /** Joining a call: a whole office may do so at nine o'clock. */
  join: { mostOfAddress: 3_000, mostOfPrincipal: 1_000, windowMs: minute, countsLocal: false },
  /** Starting a recording, which occupies a recorder. */
  start: { mostOfAddress: 120, mostOfPrincipal: 60, windowMs: minute, countsLocal: false },
  /** Searching the library, with each letter that is typed. */
  search: { mostOfAddress: 6_000, mostOfPrincipal: 1_500, windowMs: minute, countsLocal: false },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** Counts calls with {@link Counter} for `@fastify/rate-limit`, which requires a class. */
const storeOf = (count: Counter) =>
  class {
    incr(
      key: string,
      done: (error: Error | null, counted?: { current: number; ttl: number }) => void,
      windowMs: number,
    ): void {
      // The counter never rejects: without Redis it counts in this process.
      void count(key, windowMs).then((counted) => done(null, counted));
    }
    child() {
      return this;
    }
  };

/**
 * Limits calls per address and per principal, as their rules say. IPv6 addresses are counted per network (/64),
 * which belongs to one caller. Behind a trusted proxy the forwarded address counts.
 * @returns a function that counts a call, and throws TOO_MANY_REQUESTS with the seconds to wait
 */
export async function createLimiter(app: FastifyInstance, count: Counter) {
  // Shared with a host application that uses the plugin itself.
  if (!app.hasDecorator('createRateLimit'))
    await app.register(rateLimit, { global: false, store: storeOf(count) });

  const counting = (name: LimitName) => {
    const { mostOfAddress, mostOfPrincipal, windowMs, countsLocal }: Limit = limits[name];
    const allowList = ({ ip }: FastifyRequest) => !countsLocal && isLoopbackName(ip);
    return {
      ofAddress: app.createRateLimit({
        max: mostOfAddress,
        timeWindow: windowMs,
        keyGenerator: ({ ip }) => `${name}:${normalizeIP(ip)}`,
        allowList,
      }),
      ofPrincipal: app.createRateLimit({
        max: mostOfPrincipal,
        timeWindow: windowMs,
        keyGenerator: ({ reelroomPrincipal: { id = '' } }) => `${name}:of:${id}`,
        allowList: (request) => allowList(request) || request.reelroomPrincipal.id === undefined,
      }),
    };
  };
  const counters = {
    password: counting('password'),
    guess: counting('guess'),
    join: counting('join'),
    start: counting('start'),
    search: counting('search'),
  } satisfies Record<LimitName, unknown>;

  return async (request: FastifyRequest, rule: { limit?: LimitName } | undefined): Promise<void> => {
    if (rule?.limit === undefined) return;
    const { ofAddress, ofPrincipal } = counters[rule.limit];
    for (const counted of [await ofAddress(request), await ofPrincipal(request)])
      if (!counted.isAllowed && counted.isExceeded) throw tooManyCalls(counted.ttlInSeconds);
  };
}
