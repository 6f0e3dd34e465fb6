import swagger from '@fastify/swagger';
import { errorCodes, errorSchema } from '@reelroom/shared';
import { Validator } from '@seriousme/openapi-schema-validator';
import fastify, { type FastifyInstance } from 'fastify';
import t from 'tap';
import { reelroom } from '../app.ts';
import { pluginOptions, testConfig } from './support/build.ts';
import { createChecker, documentSchema, operationsOf } from './support/openapi.ts';

/** Routes that no program calls over REST, and why. */
const undescribed: Record<string, string> = {
  '/trpc/*': 'tRPC, which has types of its own',
  '/livekit/webhook': 'for LiveKit alone, which signs',
  '/openapi.json': 'the document itself',
  '/docs': 'the page that shows it',
  '/docs/': 'the same',
  '/docs/*': 'its files',
  '/recordings.html': "a page, at the seed's address",
  '/': 'a page',
  '/watch/*': 'a page',
  '/embed/*': 'a page, for frames',
  '/*': 'the page that says that there is none',
  '/library': 'a page',
  '/library/': 'the same',
  '/room/*': 'a page',
  '/sign-in': 'a page',
  '/audit': 'a page',
  '/keys': 'a page',
  '/icon.svg': 'a file of the web client',
  '/recorder.html': 'the page that is recorded',
  '*': 'CORS preflight requests',
};

/** Errors that no described route answers: codes of a method that an address does not take, and of those undescribed. */
const notOfRoutes = new Set([
  'METHOD_NOT_ALLOWED',
  'WEBHOOK_INVALID',
  'WRONG_PASSWORD',
  'INVITE_INVALID',
  'REQUEST_TIMEOUT',
]);

/** The app, with the addresses of its routes as the document writes them. */
async function listed(app: FastifyInstance, prefix = '') {
  const routes = new Set<string>();
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) routes.add(`${one} ${url.slice(prefix.length)}`);
  });
  await app.register(reelroom, { ...pluginOptions(testConfig()), ...(prefix !== '' && { prefix }) });
  await app.ready();
  return routes;
}

const documentOf = async (app: FastifyInstance, prefix = '') => {
  const response = await app.inject(`${prefix}/openapi.json`);
  return { raw: response.json<unknown>(), document: documentSchema.parse(response.json()) };
};

t.test('the OpenAPI document', async (t) => {
  const app = fastify({ exposeHeadRoutes: false });
  t.teardown(() => app.close());
  const routes = await listed(app);
  const { raw, document } = await documentOf(app);
  const operations = operationsOf(document);

  t.test('is one, of version 3.1', async (t) => {
    t.match(document.openapi, /^3\.1\./);
    const { valid, errors } = await new Validator().validate(Object(raw));
    t.ok(valid, JSON.stringify(errors));
  });

  t.test('has every route but those named above, and no other', async (t) => {
    // A * of a route is the parameters of an operation.
    const addresses = [...operations.keys()].map((name) => name.replace(/\{.+\}$/, '*'));
    const isUndescribed = (route: string) => {
      const [method, url = ''] = route.split(' ');
      // A HEAD that has nothing to say of its own is what the GET says.
      if (method === 'HEAD' && !addresses.includes(route) && addresses.includes(`GET ${url}`)) return true;
      return url in undescribed || /^\/(docs|assets)\//.test(url);
    };
    t.same(addresses.sort(), [...routes].filter((route) => !isUndescribed(route)).sort());
    const ids = [...operations.values()].map(({ operationId }) => operationId);
    t.equal(new Set(ids).size, ids.length, 'ids are unique');
  });

  t.test('names every parameter of its paths', async (t) => {
    for (const [name, { parameters }] of operations) {
      const named = parameters.filter((parameter) => parameter.in === 'path').map((its) => `{${its.name}}`);
      t.same(name.match(/\{\w+\}/g) ?? [], named, name);
    }
  });

  t.test('every example is as its schema says; every error has one, with its code', async (t) => {
    const problemOf = createChecker(document);
    for (const [name, { requestBody, responses }] of operations) {
      for (const { schema, example } of Object.values(requestBody?.content ?? {}))
        t.equal(problemOf(schema, example), undefined, `${name}: its body`);
      for (const [status, { content }] of Object.entries(responses))
        for (const [type, { schema, examples }] of Object.entries(content)) {
          for (const { value } of Object.values(examples))
            t.equal(problemOf(schema, value), undefined, `${name} ${status}`);
          if (type === 'application/json') t.not(Object.keys(examples).length, 0, `${name} ${status}`);
        }
    }
  });

  t.test('every code is documented with its status', async (t) => {
    const answers = [...operations].flatMap(([, { responses }]) =>
      Object.entries(responses).flatMap(([status, { content }]) =>
        Object.values(content).flatMap(({ examples }) =>
          Object.values(examples).map(({ value }) => ({
            status: Number(status),
            error: errorSchema.safeParse(value).data,
          })),
        ),
      ),
    );
    for (const { status, error } of answers)
      if (error) t.equal(errorCodes[error.code].status, status, error.code);
    const documented = new Set<string>(answers.flatMap(({ error }) => error?.code ?? []));
    for (const code of Object.keys(errorCodes)) t.equal(documented.has(code), !notOfRoutes.has(code), code);
  });

  t.test('/docs needs nothing from elsewhere', async (t) => {
    const page = await app.inject('/docs');
    t.equal(page.statusCode, 200);
    t.match(page.headers['content-security-policy'], /default-src 'self'/);
    const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file = '']) => file);
    t.ok(files.length > 3);
    for (const file of files) t.equal((await app.inject(file)).statusCode, 200, file);
  });
});

t.test('in a foreign application that describes itself', async (t) => {
  const app = fastify();
  t.teardown(() => app.close());
  await app.register(swagger, { openapi: { openapi: '3.1.0', info: { title: 'theirs', version: '1' } } });
  await app.register(async (theirs) => {
    theirs.get('/theirs', { schema: { operationId: 'theirs' } }, () => 'theirs');
  });
  await listed(app, '/video');

  const { raw, document } = await documentOf(app, '/video');
  t.equal((await new Validator().validate(Object(raw))).valid, true);
  t.same(document.servers, [{ url: '/video' }]);
  t.ok(document.paths['/recordings/{recordingName}'], 'addresses are behind that of the server');
  t.notOk(Object.keys(document.paths).some((path) => path.includes('theirs')));
  t.ok(Object(app.swagger().paths)['/theirs'], 'theirs is as it was');
  t.match((await app.inject('/theirs')).body, 'theirs');

  const page = await app.inject('/video/docs');
  for (const [, file = ''] of page.body.matchAll(/(?:src|href)="([^"]+)"/g))
    t.equal((await app.inject(file)).statusCode, 200, file);
  t.same((await app.inject('/video/docs/json')).json(), raw);
});
