import { readFileSync } from 'node:fs';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { recordingListSchema, recordingPageSchema, recordingSchema, readinessSchema } from '@reelroom/shared';
import fp from 'fastify-plugin';
import { z } from 'zod';
import { basePath } from './base-path.ts';
import { getAndHead } from './get-and-head.ts';
import { errors, type ResponseDoc, type Operation } from './route-doc.ts';
import { docsPolicy } from './guards/csp.ts';

/** Schemas that become named components, referred to by `$ref`. */
const components: Record<string, z.core.$ZodType> = {
  Recording: recordingSchema,
  RecordingPage: recordingPageSchema,
  RecordingList: recordingListSchema,
  Readiness: readinessSchema,
};
const nameOf = (schema: unknown) => Object.keys(components).find((name) => components[name] === schema);

/** A zod schema as JSON Schema, for requests (`input`) or responses (`output`). */
function toJsonSchema(schema: z.core.$ZodType, io: 'input' | 'output', isComponent = false) {
  return z.toJSONSchema(schema, {
    io,
    override({ zodSchema, jsonSchema, path }) {
      // Clients must tolerate fields that are added later.
      delete jsonSchema.additionalProperties;
      // Many tools read \p{…} without the u flag and refuse valid values; likewise with a format's own
      // pattern.
      if (jsonSchema.format !== undefined || jsonSchema.pattern?.includes('\\p{')) delete jsonSchema.pattern;
      const name = nameOf(zodSchema);
      if (name === undefined || (isComponent && path.length === 0)) return;
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key);
      jsonSchema.$ref = `#/components/schemas/${name}`;
    },
  });
}

/** A response in the form that `@fastify/swagger` reads; one to HEAD has no body. */
function toResponse({ description, headers, content }: ResponseDoc, isHead: boolean) {
  const media = Object.entries(content ?? {}).map(([type, { schema, examples = {} }]) => {
    const named = Object.entries(examples).map(([name, value]) => [name, { value }]);
    return [type, { schema: toJsonSchema(schema, 'output'), examples: Object.fromEntries(named) }];
  });
  return {
    description,
    ...(headers && { headers: toJsonSchema(headers, 'output').properties }),
    ...(isHead || media.length === 0 ? { type: 'null' } : { content: Object.fromEntries(media) }),
  };
}

/** All responses of a route; `failure` is the message of its 500. */
const responsesOf = (
  { tag, body, responses }: Operation,
  method: string,
  failure: string | undefined,
): Record<number, ResponseDoc> => ({
  ...(tag !== 'Operation' && errors('UNAUTHENTICATED', 'KEY_INVALID', 'FORBIDDEN')),
  ...(['POST', 'DELETE'].includes(method) && errors('ORIGIN_NOT_ALLOWED', 'FORBIDDEN')),
  ...responses,
  ...(body && errors('BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE')),
  ...errors('HOST_NOT_ALLOWED', 'TOO_MANY_REQUESTS', 'HEADERS_TOO_LARGE'),
  ...errors(failure === undefined ? 'INTERNAL' : ['INTERNAL', failure]),
});

/** A request body in the form that `@fastify/swagger` reads, which takes the example from the schema. */
const toContent = (body: NonNullable<Operation['body']>) =>
  Object.fromEntries(
    Object.entries(body).map(([type, { schema, example }]) => [
      type,
      { schema: { ...toJsonSchema(schema, 'input'), examples: [example] } },
    ]),
  );

/** A route's documentation in the form that `@fastify/swagger` reads. */
function toFastifySchema(operation: Operation, method: string, failure: string | undefined) {
  const { operationId, tag, summary, description, params, query, headers, body } = operation;
  const responses = Object.entries(responsesOf(operation, method, failure));
  return {
    ...{ operationId, tags: [tag], summary },
    ...(description !== undefined && { description }),
    ...(params && { params: toJsonSchema(params, 'input') }),
    ...(query && { querystring: toJsonSchema(query, 'input') }),
    ...(headers && { headers: toJsonSchema(headers, 'input') }),
    ...(body && { body: { content: toContent(body) } }),
    response: Object.fromEntries(
      responses.map(([status, answer]) => [status, toResponse(answer, method === 'HEAD')]),
    ),
  };
}

/** How one says who one is where access is protected. */
const securitySchemes = {
  key: { type: 'http', scheme: 'bearer', description: 'An API key, `rr_…`' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'reelroom',
    description: 'Of who has signed in, in our pages',
  },
} as const;

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));

const description = `Start and stop recordings of rooms, list them, watch them in ranges, delete them.

Every error has the form \`{ errorMessage, code }\`: a sentence for people, and a code for programs that stays as it is.
Times are in ms since 1970, sizes in bytes. HEAD is answered as GET wherever there is a GET, without the body.`;

/** Makes the page fit a phone, and follow the system's dark mode. */
const pageScript = `
document.head.insertAdjacentHTML('beforeend', '<meta name="viewport" content="width=device-width">');
document.documentElement.classList.toggle('dark-mode', matchMedia('(prefers-color-scheme: dark)').matches);`;

/**
 * The OpenAPI 3.1 document of the routes that have an `operation`, generated from their schemas:
 * `/openapi.json`, and `/docs`, a self-contained page to try it. It only documents: nothing is validated.
 * Registered before the routes. `base` is the path that addresses begin with for people.
 */
export default fp<{ base: string }>(
  async (app, { base }) => {
    const prefix = decodeURI(basePath(app));
    const methods = new Map<Operation, unknown>();

    await app.register(swagger, {
      openapi: {
        openapi: '3.1.1',
        info: {
          title: 'Reelroom',
          version,
          description,
          license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        },
        servers: [{ url: base || '/' }],
        tags: [
          { name: 'Rooms', description: 'Who joins' },
          { name: 'Recordings', description: 'Start, stop, list and delete them' },
          { name: 'Video', description: 'What a recording shows, in ranges' },
          { name: 'Operation', description: 'Whether all is well' },
        ],
      },
      stripBasePath: false,
      convertConstToEnum: false,
      exposeHeadRoutes: true,
      transform({ schema, url, route: { config, method } }) {
        const operation = config?.operation;
        // Fastify's automatic HEAD of a GET, where enabled, has the config of the GET.
        if (!operation || (methods.get(operation) ?? method) !== method)
          return { schema: { ...schema, hide: true }, url };
        methods.set(operation, method);
        const names = Object.keys(operation.params?.shape ?? {}).map((name) => `:${name}`);
        return {
          schema: toFastifySchema(operation, String(method), config.failure),
          url: url.slice(prefix.length).replace('*', names.join('/')),
        };
      },
      transformObject(document) {
        if (!('openapiObject' in document)) throw new Error('not an OpenAPI document');
        const schemas = Object.entries(components).map(([name, schema]) => [
          name,
          toJsonSchema(schema, 'output', true),
        ]);
        return {
          ...document.openapiObject,
          // Where access is open none is needed, nor where everyone may do something.
          security: [{ key: [] }, { session: [] }, {}],
          components: { schemas: Object.fromEntries(schemas), securitySchemes },
        };
      },
    });

    await app.register(async (docs) => {
      // Swagger UI registers GET only.
      docs.addHook('onRoute', function ({ method, handler, routePath, schema }) {
        if (method !== 'GET') return;
        for (const url of routePath === '' ? ['', '/'] : [routePath])
          this.route({ method: 'HEAD', url, handler, ...(schema && { schema }) });
      });
      await docs.register(swaggerUi, {
        routePrefix: '/docs',
        indexPrefix: base,
        staticCSP: docsPolicy,
        uiConfig: { layout: 'BaseLayout', defaultModelsExpandDepth: 0 },
        theme: {
          title: 'Reelroom API',
          js: [{ filename: 'page.js', content: pageScript }],
        },
      });
    });

    getAndHead(app, '/openapi.json', {}, () => Promise.resolve(app.swagger()));
  },
  { name: 'reelroom-openapi' },
);
