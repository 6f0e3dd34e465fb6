/** How long a page that is being reloaded may take to release the lock, in ms. */
const releaseTimeoutMs = 2000;

const isHeldElsewhere = (error: unknown) =>
  error instanceof DOMException && ['TimeoutError', 'AbortError'].includes(error.name);

/**
 * Locks a participant's identity for this tab (Web Locks API); returns a function that releases the lock, as the
 * browser does when the tab is closed or crashes. Returns undefined where another tab of this browser holds it,
 * unless `steal` takes it over; `onStolen` is called when another tab takes ours over. Browsers without locks
 * always grant it.
 */
export function holdIdentity(
  identity: string,
  { steal, onStolen }: { steal: boolean; onStolen: () => void },
): Promise<(() => void) | undefined> {
  const nothing = () => undefined;
  if (!('locks' in navigator)) return Promise.resolve(nothing);
  return new Promise((resolve) => {
    let isHeld = false;
    let letGo: () => void = nothing;
    const untilLetGo = new Promise<void>((done) => (letGo = done));
    navigator.locks
      .request(
        `reelroom identity ${identity}`,
        steal ? { steal } : { signal: AbortSignal.timeout(releaseTimeoutMs) },
        () => {
          isHeld = true;
          resolve(letGo);
          return untilLetGo;
        },
      )
      .catch((error: unknown) => {
        if (isHeld) onStolen();
        else resolve(isHeldElsewhere(error) ? undefined : nothing);
      });
  });
}
