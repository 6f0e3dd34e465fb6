import { LRUCache } from 'lru-cache';

/**
 * A cache that loads what it lacks, once for all who ask meanwhile; failures are not cached.
 * @param ttl how long a value is cached, in ms
 */
export function createReadThrough<Value extends object>(
  load: (key: string) => Promise<Value>,
  { ttl, max }: { ttl: number; max: number },
) {
  const known = new LRUCache<string, Promise<Value>>({ max, ttl });
  return {
    get(key: string): Promise<Value> {
      const cached = known.get(key);
      if (cached) return cached;
      const value = load(key);
      known.set(key, value);
      value.catch(() => {
        if (known.peek(key) === value) known.delete(key);
      });
      return value;
    },
    forget: (key: string): boolean => known.delete(key),
    clear: (): void => known.clear(),
  };
}
