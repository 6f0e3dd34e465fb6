import type {
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
  RouteGenericInterface,
  RouteHandlerMethod,
  RouteShorthandOptions,
} from 'fastify';

type Handler<Route extends RouteGenericInterface> = RouteHandlerMethod<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  Route
>;

/**
 * A route for GET and for HEAD, whose answers have the same status and headers (RFC 9110 §9.3.2): `handler` is
 * asked for both, and Node leaves the body out. Fastify's own HEAD routes would read a stream to its end, and
 * tell of a body that is not compressed.
 */
export function getAndHead<Route extends RouteGenericInterface = RouteGenericInterface>(
  app: FastifyInstance,
  url: string,
  { config }: Pick<RouteShorthandOptions, 'config'>,
  handler: Handler<Route>,
): void {
  for (const method of ['GET', 'HEAD'])
    app.route<Route>({ method, url, exposeHeadRoute: false, ...(config && { config }), handler });
}
