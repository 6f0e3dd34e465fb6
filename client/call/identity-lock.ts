/** How long, in ms, a page that is being reloaded may take to let go. */
const releaseTimeoutMs = 2000;

const isHeldElsewhere = (error: unknown) =>
  error instanceof DOMException && ['TimeoutError', 'AbortError'].includes(error.name);

/**
 * Holds a participant's identity for this tab, until what this returns is called; the
 * browser lets go by itself when the tab is closed or crashes (Web Locks API). Nothing is
 * returned where another tab of this browser has it, unless it is taken from there by
 * `steal`; `onStolen` is called when another tab does that to us. Where there are no locks
 * everyone has theirs.
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
