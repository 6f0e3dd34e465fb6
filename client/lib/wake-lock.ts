/**
 * Keeps the screen on while the page is visible; returns a function that ends that. Browsers release the lock when
 * the page is hidden, and may refuse it to save power: the screen then turns off as usual.
 */
export function keepScreenOn(): () => void {
  let lock: WakeLockSentinel | undefined;
  let isWanted = true;
  const take = async () => {
    if (document.hidden || !('wakeLock' in navigator)) return;
    const taken = await navigator.wakeLock.request('screen').catch(() => undefined);
    if (isWanted) lock = taken;
    else await taken?.release();
  };
  const onVisible = () => void take();
  document.addEventListener('visibilitychange', onVisible);
  void take();
  return () => {
    isWanted = false;
    document.removeEventListener('visibilitychange', onVisible);
    void lock?.release();
  };
}
