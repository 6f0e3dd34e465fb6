// Loaded into the app's process (`node --expose-gc --import`): when it gets a signal it tells
// its parent what memory is in use, garbage not counted.
process.on('SIGUSR2', () => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  process.send?.({ rss, heapUsed });
});
