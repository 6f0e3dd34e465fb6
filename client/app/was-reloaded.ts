/** Whether the page was opened by reloading it (Navigation Timing Level 2). */
export const wasReloaded = (): boolean =>
  performance.getEntriesByType('navigation').some((entry) => 'type' in entry && entry.type === 'reload');
