export function isNewEnough(running: string): boolean;
export function cacheFolder(env: Record<string, string | undefined>): string;
export function fetchNode(env: Record<string, string | undefined>): Promise<string>;
export function runWith(node: string, argv: string[], env: Record<string, string | undefined>): void;
