export function elapsed(since: number): string;
export function step<T>(name: string, work: () => Promise<T>): Promise<T>;
