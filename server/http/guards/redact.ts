import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

type Serializer = (value: unknown) => unknown;

/** Where pino keeps a logger's serializers. */
const serializersKey = Symbol.for('pino.serializers');

const isSerializer = (value: unknown): value is Serializer => typeof value === 'function';

/** A logger's serializer of requests. */
function serializerOf(logger: FastifyBaseLogger): Serializer {
  const serializer: unknown = Reflect.get(Object(Reflect.get(logger, serializersKey)), 'req');
  return isSerializer(serializer) ? serializer : (value) => value;
}

function redactIn(value: unknown, redact: (text: string) => string): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, redactIn(inside, redact)]));
}

/** Names of parameters that are secrets, wherever they come from. */
const secretNames = '(?:[\\w-]*(?:token|secret|password|signature|credential)|code|state|invite|key)';
const inQuery = new RegExp(`([?&]${secretNames}=)[^&#\\s"]+`, 'gi');
const quote = '(?:%22|")';
const inJson = new RegExp(`(${quote}${secretNames}${quote}(?:%3A|:)${quote})(?:(?!${quote}).)+`, 'gi');

/** `text` without the values of parameters of a query, or of tRPC's JSON in one, whose names say that they are secret. */
export const redactParameters = (text: string): string => text.replace(inQuery, '$1…').replace(inJson, '$1…');

/**
 * Logs the requests of `app` without their secrets, which `redact` removes from each text. The host
 * application's own serializer still applies.
 */
export function redactRequests(app: FastifyInstance, redact: (text: string) => string): void {
  app.setChildLoggerFactory((logger, bindings, options) => {
    const show = options.serializers?.req ?? serializerOf(logger);
    const req = (request: unknown) => redactIn(show(request), redact);
    return logger.child(bindings, { ...options, serializers: { ...options.serializers, req } });
  });
}
