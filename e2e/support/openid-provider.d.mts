/** A real provider of OpenID Connect, with pages on which one signs in by a name and any password. */
export function startOpenidProvider(options: {
  port: number;
  /** Where it sends people back to. */
  redirectUri: string;
  /** The claims of each, by name. */
  people: Record<string, Record<string, unknown>>;
}): Promise<{ issuer: string; close: () => Promise<void> }>;
