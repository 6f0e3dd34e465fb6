import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Counter } from '../../adapters/redis/counter.ts';
import { isLoopbackName } from '../../config/loopback.ts';
import { tooManyCalls } from '../../lib/errors.ts';

/** How often a caller may call what has a limit, in each window. */
interface Limit {
  /** From one address, which an office of a thousand shares. */
  mostOfAddress: number;
  /** By one account, or one program's key; guesses are made without. */
  mostOfPrincipal: number;
  /** The window, in ms. */
  windowMs: number;
  /** Whether calls from this machine itself count, too. */
  countsLocal: boolean;
}

const minute = 60_000;

/** The limits that rules name: generous, since an honest caller never meets them. */
export const limits = {
  /** Signing in by password, each try of which takes a quarter of a second of a core. */
  password: { mostOfAddress: 30, mostOfPrincipal: 30, windowMs: 10 * minute, countsLocal: true },
  /** What somebody may guess: an invitation, a link's password, or whom one knocks at. */
  guess: { mostOfAddress: 1_000, mostOfPrincipal: 1_000, windowMs: 10 * minute, countsLocal: true },
  /** Joining a call: a whole office does at nine o'clock. */
  join: { mostOfAddress: 3_000, mostOfPrincipal: 1_000, windowMs: minute, countsLocal: false },
  /** Starting a recording, which takes a recorder. */
  start: { mostOfAddress: 120, mostOfPrincipal: 60, windowMs: minute, countsLocal: false },
  /** Looking into the library, with each letter that is typed. */
  search: { mostOfAddress: 6_000, mostOfPrincipal: 1_500, windowMs: minute, countsLocal: false },
} as const satisfies Record<string, Limit>;

export type LimitName = keyof typeof limits;

/** Counts calls by {@link Counter} for `@fastify/rate-limit`, which wants a class. */
const storeOf = (count: Counter) =>
  class {
    incr(
      key: string,
      done: (error: Error | null, counted?: { current: number; ttl: number }) => void,
      windowMs: number,
    ): void {
      // It never rejects: without Redis it counts here.
      void count(key, windowMs).then((counted) => done(null, counted));
    }
    child() {
      return this;
    }
  };

/**
 * Limits how often an address, and a principal, calls what has a limit in its rule; an IPv6 address is its network
 * (/64), which one caller has all of. Behind a trusted proxy the forwarded address counts.
 * @returns counts a call, and throws TOO_MANY_REQUESTS with the seconds until the next may come
 */
export async function createLimiter(app: FastifyInstance, count: Counter) {
  // A host application that has the plugin itself also keeps the count.
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
