import { LRUCache } from 'lru-cache';

/**
 * A cache that loads what it lacks, once for all who ask meanwhile; failures are not cached.
 * @param ttl how long a value is cached, in ms; until there are more than `max` when absent
 * @param nameOf tells keys apart that are no strings
 */
export function createReadThrough<Value extends object, Key = string>(
  load: (key: Key) => Promise<Value>,
  { ttl = 0, max, nameOf = String }: { ttl?: number; max: number; nameOf?: (key: Key) => string },
) {
  const known = new LRUCache<string, Promise<Value>>({ max, ttl });
  return {
    get(key: Key): Promise<Value> {
      const name = nameOf(key);
      const cached = known.get(name);
      if (cached) return cached;
      const value = load(key);
      known.set(name, value);
      value.catch(() => {
        if (known.peek(name) === value) known.delete(name);
      });
      return value;
    },
    forget: (key: Key): boolean => known.delete(nameOf(key)),
    clear: (): void => known.clear(),
  };
}
