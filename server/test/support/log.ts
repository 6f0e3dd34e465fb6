import fastify from 'fastify';

/** The log of an app that says nothing. */
export const silentLog = fastify().log;

/** A log, and its lines so far: `warn: Redis is away`. */
export function recordedLog() {
  const lines: string[] = [];
  const levels: Record<string, string> = { 30: 'info', 40: 'warn', 50: 'error' };
  const stream = {
    write(line: string) {
      const { level, msg } = JSON.parse(line);
      lines.push(`${levels[level]}: ${msg}`);
    },
  };
  return { log: fastify({ logger: { level: 'info', stream } }).log, lines };
}
