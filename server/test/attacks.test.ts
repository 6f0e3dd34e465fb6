import { errorCodes } from '@reelroom/shared';
import fc from 'fast-check';
import type { LightMyRequestResponse } from 'fastify';
import t from 'tap';
import { z } from 'zod';
import { procedureRules, routeRules } from '../features/access/policy.ts';
import { appRouter } from '../router.ts';
import { limits } from '../features/access/limits.ts';
import { bucketOf, build, testConfig } from './support/build.ts';
import { call, passwords, protectedConfig } from './support/protected.ts';

t.setTimeout(300_000);

const answered = z.union([
  z.object({ errorMessage: z.string().min(1), code: z.string() }).transform(({ code }) => code),
  z
    .object({ error: z.object({ message: z.string(), data: z.object({ errorCode: z.string() }) }) })
    .transform(({ error }) => error.data.errorCode),
]);

/** Throws unless an answer is good, or an error of the caller's in the documented form. */
function judge(response: LightMyRequestResponse, what: string): void {
  const { statusCode } = response;
  if (statusCode < 400) return;
  if (statusCode >= 500) throw new Error(`${what}: ${statusCode} ${response.body.slice(0, 300)}`);
  const { data: code } = answered.safeParse(JSON.parse(response.body));
  if (code === undefined || !(code in errorCodes))
    throw new Error(`${what}: not as documented: ${response.body.slice(0, 300)}`);
  if (/node_modules|\bat .*\.ts:\d+/.test(response.body)) throw new Error(`${what}: ${response.body}`);
}

const typeOf = (name: string): unknown =>
  Reflect.get(Object(Reflect.get(Object(Reflect.get(appRouter._def.procedures, name)), '_def')), 'type');

/** What people and programs name: rooms, recordings, participants, titles. */
const hostileTexts = [
  '../../etc/passwd',
  '..',
  '.',
  '',
  '%2e%2e%2f',
  '..%5c..%5c',
  'a\u0000b',
  '\u202eevil',
  '\ud800',
  '<img src=x onerror=alert(1)>',
  "'; DROP TABLE rooms; --",
  '${7*7}{{7*7}}',
  'x'.repeat(10_000),
  '🎥'.repeat(100),
  'раураl',
  '__proto__',
  'constructor',
  'hasOwnProperty',
  'a\r\nset-cookie: a=b',
  '*',
  '{time}',
];

const anything = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.jsonValue({ maxDepth: 3 }),
  fc.integer(),
  fc.constant(null),
);

const shapeSchema = z.looseObject({ shape: z.record(z.string(), z.unknown()) });
const wrapperSchema = z.looseObject({ def: z.looseObject({ innerType: z.unknown() }) });

/** The fields of a procedure's input, by its schema. */
function fieldsOf(name: string): string[] {
  const { inputs = [] } = z
    .looseObject({ inputs: z.array(z.unknown()).optional() })
    .parse(Object(Reflect.get(Object(Reflect.get(appRouter._def.procedures, name)), '_def')));
  const [schema] = inputs;
  const inner = wrapperSchema.safeParse(schema).data?.def.innerType ?? schema;
  return Object.keys(shapeSchema.safeParse(inner).data?.shape ?? {});
}

/** What each field may be, so that a procedure is reached with all but one of them right. */
const right: Record<string, unknown> = {
  ...{ roomName: 'team', participantName: 'Ana', name: 'a-RM_1-t.mp4', names: ['a-RM_1-t.mp4'] },
  ...{
    title: 'A title',
    keep: true,
    recording: 'a-RM_1-t.mp4',
    answer: 'yes',
    token: 'x',
    id: '0123456789abcdef',
  },
};

const validInput = (name: string): Record<string, unknown> => ({
  ...Object.fromEntries(fieldsOf(name).flatMap((field) => (field in right ? [[field, right[field]]] : []))),
  // A room that another procedure has opened would be recorded.
  ...(fieldsOf(name).includes('roomName') && { roomName: `only of ${name}` }),
});

/** An input of a procedure in which some fields are anything. */
const inputsOf = (name: string) => {
  const fields = fieldsOf(name);
  const valid = validInput(name);
  if (fields.length === 0) return anything;
  const wrong = fc.dictionary(fc.constantFrom(...fields, '__proto__', 'more'), anything, { maxKeys: 2 });
  return fc.oneof(
    { weight: 5, arbitrary: wrong.map((some) => ({ ...valid, ...some })) },
    { weight: 1, arbitrary: anything },
  );
};

t.test('whatever a procedure is given, it is answered as documented', async (t) => {
  const app = await build(t);
  const ask = async (name: string, input: unknown) => {
    const payload = JSON.stringify(input);
    const url = `/trpc/${name}`;
    const headers = { 'content-type': 'application/json' };
    const response = await (typeOf(name) === 'query'
      ? app.inject({ url: `${url}?input=${encodeURIComponent(payload)}` })
      : app.inject({ method: 'POST', url, headers, payload }));
    judge(response, `${name} ${payload.slice(0, 200)}`);
  };
  for (const name of Object.keys(procedureRules)) {
    if (typeOf(name) === 'subscription') continue;
    const valid = validInput(name);
    for (const field of fieldsOf(name))
      for (const wrong of [...hostileTexts, null, 0, -1, 1e308, true, [], {}, [[[]]]])
        await ask(name, { ...valid, [field]: wrong });
    await fc.assert(
      fc.asyncProperty(inputsOf(name), (input) => ask(name, input)),
      { numRuns: 40 },
    );
    t.pass(name);
  }
});

t.test('bodies that are made to break a parser', async (t) => {
  const app = await build(t);
  const deep = (open: string, close: string) => open.repeat(10_000) + close.repeat(10_000);
  const bodies = {
    proto: '{"__proto__":{"isAdmin":true},"roomName":"a","participantName":"b"}',
    constructor: '{"constructor":{"prototype":{"isAdmin":true}},"roomName":"a","participantName":"b"}',
    lists: deep('[', ']'),
    objects: `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    twice: '{"roomName":"a","roomName":"../","participantName":"b","participantName":""}',
    cut: '{"roomName":"a',
    nul: '{"roomName":"a\u0000","participantName":"b"}',
    number: '1e999',
    text: '"a"',
    nothing: '',
    large: JSON.stringify({ roomName: 'a'.repeat(2 << 20) }),
  };
  const posts = [
    ...Object.keys(routeRules).flatMap((rule) => {
      const [method, path = ''] = rule.split(' ');
      return method === 'POST' && !path.includes('*') ? [path] : [];
    }),
    ...Object.keys(procedureRules)
      .filter((name) => typeOf(name) === 'mutation')
      .map((name) => `/trpc/${name}`),
  ];
  for (const url of posts)
    for (const [what, payload] of Object.entries(bodies)) {
      const headers = { 'content-type': 'application/json' };
      judge(await app.inject({ method: 'POST', url, headers, payload }), `${url} ${what}`);
    }
  t.notOk(Reflect.get({}, 'isAdmin'), 'no prototype was changed');
  const { statusCode } = await app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/json' },
    payload: bodies.twice,
  });
  t.equal(statusCode, 400, 'of two of one name the last counts, for us as for the schema');
});

t.test('no name leads out of the folder of recordings', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const secret = 'what is not a recording';
  const others = ['secret.mp4', 'recordings-2/a.mp4', 'recordings/sub/a.mp4', 'recordings/.reelroom/a.mp4'];
  for (const key of others) await put(key, secret);
  await put('recordings/team.mp4', 'a recording');
  const app = await build(t, config);
  const names = [
    // Half of a surrogate pair is in no URL.
    ...hostileTexts.filter((text) => !/\p{Cs}/u.test(text)),
    ...['../secret.mp4', '..%2fsecret.mp4', '%2e%2e/secret.mp4', '....//secret.mp4', '/secret.mp4'],
    ...[
      '../recordings-2/a.mp4',
      'sub/a.mp4',
      '.reelroom/a.mp4',
      'team.mp4/../../secret.mp4',
      'team.mp4\u0000',
    ],
    ...['..\\secret.mp4', 'team', 'team.mp', 'team.mp4.json', 'TEAM.mp4', 'team.mp4 '],
  ];
  for (const name of names) {
    const spelled = [encodeURIComponent(name), encodeURI(name)];
    for (const spelling of new Set(spelled))
      for (const url of [
        `/recordings/${spelling}`,
        `/posters/${spelling}`,
        `/thumbs/${spelling}/index.vtt`,
        `/live/${spelling}/index.m3u8`,
        `/recordings/zip?name=${spelling}`,
        `/trpc/recordings.get?input=${encodeURIComponent(JSON.stringify({ name }))}`,
      ]) {
        const response = await app.inject({ url, headers: { accept: 'application/json' } });
        judge(response, url.slice(0, 200));
        if (response.body.includes(secret)) t.fail(`${url} reads what is not a recording`);
      }
    const gone = await app.inject({ method: 'DELETE', url: `/recordings/${spelled[0] ?? ''}` });
    judge(gone, `DELETE ${name.slice(0, 100)}`);
  }
  const { keys } = await bucketOf(config);
  const left = await keys();
  for (const key of [...others, 'recordings/team.mp4']) t.ok(left.includes(key), `${key} is there`);
});

t.test('ten thousand guesses at a password: all but thirty are not even looked at', async (t) => {
  const app = await build(t, await protectedConfig());
  const guess = async (password: unknown, from: string) => {
    const headers = { 'x-forwarded-for': from };
    return (await call(app, 'session.signIn', { name: 'admin', password }, { headers })).statusCode;
  };
  const statuses = new Map<number, number>();
  for (let n = 0; n < 10_000; n += 1) {
    // A number is no password: it is refused without hashing, which takes a quarter of a second, and counts all the same.
    const status = await guess(n, '203.0.113.1');
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  const { mostOfAddress: most } = limits.password;
  t.equal(most, 30);
  t.same(Object.fromEntries(statuses), { 400: most, 429: 10_000 - most });
  t.equal(await guess(passwords.admin, '203.0.113.1'), 429, 'the right one, too, for now');
  t.equal(await guess(passwords.admin, '203.0.113.2'), 200, 'nobody else is kept out');
});
