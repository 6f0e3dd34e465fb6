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
 * A GET and the HEAD beside it (RFC 9110 §9.3.2), of one handler: it sees by the request's method
 * that no body is wanted. Fastify's own HEAD would read all that it does not send. The
 * OpenAPI document has the GET only.
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
