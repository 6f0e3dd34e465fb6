const keyOf = (share: string) => `reelroom.link.${share}`;

/** What opens a link whose password was given in this tab. */
export function openedLink(share: string): string | undefined {
  try {
    return sessionStorage.getItem(keyOf(share)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Remembers for this tab what opens a link; forgets it when absent. */
export function rememberOpened(share: string, opened: string | undefined): void {
  try {
    if (opened === undefined) sessionStorage.removeItem(keyOf(share));
    else sessionStorage.setItem(keyOf(share), opened);
  } catch {
    // Storage is refused in frames of other sites: the password is asked for again.
  }
}
