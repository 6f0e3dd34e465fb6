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
