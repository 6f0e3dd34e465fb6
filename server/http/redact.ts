import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { hideTokens } from '../features/sharing/token.ts';

type Serializer = (value: unknown) => unknown;

/** Where pino keeps how a logger shows things. */
const serializersKey = Symbol.for('pino.serializers');

const isSerializer = (value: unknown): value is Serializer => typeof value === 'function';

/** How a logger shows requests. */
function serializerOf(logger: FastifyBaseLogger): Serializer {
  const serializer: unknown = Reflect.get(Object(Reflect.get(logger, serializersKey)), 'req');
  return isSerializer(serializer) ? serializer : (value) => value;
}

function hideIn(value: unknown): unknown {
  if (typeof value === 'string') return hideTokens(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inside]) => [key, hideIn(inside)]));
}

/**
 * Has the log of what `app` is asked show which link somebody came by, and not the link
 * itself: whoever reads a log must not be able to watch. How the application around us
 * shows requests stays, but for that.
 */
export function hideLinks(app: FastifyInstance): void {
  app.setChildLoggerFactory((logger, bindings, options) => {
    const show = options.serializers?.req ?? serializerOf(logger);
    const req = (request: unknown) => hideIn(show(request));
    return logger.child(bindings, { ...options, serializers: { ...options.serializers, req } });
  });
}
