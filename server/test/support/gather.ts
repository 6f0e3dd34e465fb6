/** What an iterable has given so far, as it comes. */
export function gather<T>(iterable: AsyncIterable<T>): T[] {
  const items: T[] = [];
  void (async () => {
    for await (const item of iterable) items.push(item);
  })();
  return items;
}
