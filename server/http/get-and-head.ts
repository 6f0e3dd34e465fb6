import type {
  FastifyContextConfig,
  FastifyInstance,
  RouteGenericInterface,
  RouteHandlerMethod,
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
} from 'fastify';

/**
 * Registers a GET and its HEAD (RFC 9110 §9.3.2) with one handler, which tells them apart by the request's
 * method. Fastify's own HEAD would read the whole body. The OpenAPI document has the GET only.
 */
export function getAndHead<Route extends RouteGenericInterface>(
  app: FastifyInstance,
  url: string,
  config: FastifyContextConfig,
  handler: RouteHandlerMethod<
    RawServerDefault,
    RawRequestDefaultExpression,
    RawReplyDefaultExpression,
    Route
  >,
): void {
  for (const method of ['GET', 'HEAD'] as const)
    app.route<Route>({ method, url, exposeHeadRoute: false, config, handler });
}
