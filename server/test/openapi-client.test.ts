import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import t, { type Test } from 'tap';
import ts from 'typescript';
import { z } from 'zod';
import { workingFiles } from '../bucket/layout.ts';
import { build, bucketOf, openRoom, serve, testConfig } from './support/build.ts';
import { createChecker, documentSchema, operationsOf, type OpenapiDocument } from './support/openapi.ts';
import { proxyTo } from './support/proxy.ts';
import { untilShown } from './support/recording.ts';
import { putSeedRecordings } from './support/seeded.ts';
import { ourPage, protectedConfig, signIn } from './support/protected.ts';
import { until } from './support/until.ts';

t.setTimeout(300_000);

/**
 * What cannot be brought about here; every other answer of the document is. Those that are the same
 * everywhere, to hosts, to many and to long requests, are brought about by wire.test.ts.
 */
const notProvoked = (answer: string) => / (421|429|431|500)$/.test(answer);

interface Asked {
  /** Who is asked, if not the first server. */
  server?: string;
  path?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: unknown;
}

/** A JSON answer, and the type that a generated client gives it. */
interface Answered {
  type: string;
  body: unknown;
}

/** Asks for operations of the document, and compares each answer with what the document says of it. */
function createAsker(t: Test, url: string, document: OpenapiDocument) {
  const operations = operationsOf(document);
  const problemOf = createChecker(document);
  const seen = new Set<string>();
  const answers: Answered[] = [];

  async function ask(
    name: string,
    expected: number | number[],
    { server = url, path = {}, query = {}, headers, body }: Asked = {},
  ) {
    const [method = '', template = ''] = name.split(' ');
    const address = template.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(path[key] ?? ''));
    const response = await fetch(`${server}${address}?${new URLSearchParams(query)}`, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const { status } = response;
    const answer = `${name} ${status}`;
    seen.add(answer);
    const text = await response.text();
    t.ok([expected].flat().includes(status), `${answer}: ${text.slice(0, 200)}`);
    const documented = operations.get(name)?.responses[status];
    if (!documented) throw new Error(`${answer} is not in the document`);
    for (const [header, { schema }] of Object.entries(documented.headers)) {
      const value = response.headers.get(header) ?? undefined;
      t.equal(value === undefined ? 'missing' : problemOf(schema, value), undefined, `${answer}: ${header}`);
    }
    const [type = ''] = response.headers.get('content-type')?.split(';') ?? [];
    const content = documented.content[type];
    if (!content) {
      t.same(Object.keys(documented.content), [], `${answer}: ${type} is not in the document`);
      t.equal(text, '', answer);
    }
    if (!content || type !== 'application/json') return { status };
    const json: unknown = JSON.parse(text);
    t.equal(problemOf(content.schema, json), undefined, answer);
    const typed = `paths['${template}']['${method.toLowerCase()}']['responses'][${status}]`;
    answers.push({ type: `${typed}['content']['application/json']`, body: json });
    return { status, json };
  }
  const unseen = () =>
    [...operations]
      .flatMap(([name, { responses }]) => Object.keys(responses).map((status) => `${name} ${status}`))
      .filter((answer) => !seen.has(answer) && !notProvoked(answer));
  return { ask, unseen, answers, operations };
}

const program = `
import createClient from 'openapi-fetch';
import type { paths } from './reelroom.ts';

export async function run(baseUrl: string) {
  const client = createClient<paths>({ baseUrl });
  const { data } = await client.GET('/recordings', { params: { query: { limit: 1, order: 'oldest' } } });
  const name: string | undefined = data?.recordings[0]?.name;
  if (!data || !('live' in data) || name === undefined) throw new Error('no page');
  const video = await client.GET('/recordings/{recordingName}', {
    params: { path: { recordingName: name }, header: { Range: 'bytes=0-1' } },
    parseAs: 'text',
  });
  const { error } = await client.POST('/recordings/stop', { body: { roomName: 'nobody' } });
  const bytes: number | undefined = data.recordings[0]?.size;
  return { bytes, part: video.data, status: video.response.status, code: error?.code };
}`;

const wrongProgram = `
import createClient from 'openapi-fetch';
import type { paths } from './reelroom.ts';

await createClient<paths>().POST('/recordings/start', { body: { room: 'a' } });`;

/** What tsc --strict says of programs, by their names. */
function compile(folder: string, names: string[]): { file: string; message: string }[] {
  const compiled = ts.createProgram(
    names.map((name) => join(folder, name)),
    {
      ...{ strict: true, noEmit: true, allowImportingTsExtensions: true, skipLibCheck: true, types: [] },
      ...{ target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
      ...{ moduleResolution: ts.ModuleResolutionKind.Bundler, lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'] },
    },
  );
  return ts.getPreEmitDiagnostics(compiled).map(({ file, messageText }) => ({
    file: file?.fileName.slice(folder.length + 1) ?? '',
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}

t.test('what the server answers is what its OpenAPI document says', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const livekit = await proxyTo(t, testConfig().livekit.url);
  const config = testConfig({ S3_ENDPOINT: s3.url, LIVEKIT_URL: livekit.url });
  const { put } = await bucketOf(config);
  const room = { roomId: 'RM_1', startedAt: Date.UTC(2026, 0, 31) };
  const [name = ''] = await putSeedRecordings(put, [
    { roomName: 'Équipe "A" 🎥', ...room },
    { roomName: 'b', ...room },
  ]);
  const files = workingFiles('recordings/', name);
  await put(files.poster, 'a picture');
  await put(files.playlist, '#EXTM3U');
  await put(`${files.segmentsFolder}s_00000.ts`, 'a segment');
  const { url, trpc } = await serve(t, config);
  await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing);
  const raw = await (await fetch(`${url}/openapi.json`)).text();
  const { ask, unseen, answers, operations } = createAsker(t, url, documentSchema.parse(JSON.parse(raw)));

  const path = { recordingName: name };
  const none = { recordingName: 'none.mp4' };
  const live = await openRoom(t, config);
  const tooLarge = { roomName: 'x'.repeat(2 << 20), participantName: 'Ana' };
  const xml = { body: '<a/>', headers: { 'content-type': 'text/xml' } };

  await ask('GET /healthz', 200);
  await ask('GET /readyz', 200);

  const who = { roomName: 'Équipe', participantName: 'Ana' };
  await ask('POST /token', 200, { body: who });
  await ask('POST /token', 400, { body: { ...who, roomName: '../x' } });
  await ask('POST /token', 400, { body: '{' });
  for (const route of ['/token', '/recordings/start', '/recordings/stop', '/recordings/zip'].map(
    (address) => `POST ${address}`,
  )) {
    await ask(route, 413, { body: tooLarge });
    await ask(route, 415, xml);
  }

  await ask('GET /recordings', 200);
  await ask('GET /recordings', 200, { query: { roomName: 'b', order: 'oldest' } });
  const page = z
    .object({ recordings: z.array(z.object({ name: z.string() })).length(1), nextCursor: z.string() })
    .parse((await ask('GET /recordings', 200, { query: { limit: '1' } })).json);
  await ask('GET /recordings', 200, { query: { cursor: page.nextCursor } });
  for (const query of [{ limit: '0' }, { cursor: 'x' }, { from: 'x' }, { status: 'x' }])
    await ask('GET /recordings', 400, { query });

  const video = 'GET /recordings/{recordingName}';
  await ask(video, 200, { path });
  await ask(video, 206, { path, headers: { range: 'bytes=0-1' } });
  await ask(video, 304, { path, headers: { 'if-modified-since': new Date().toUTCString() } });
  await ask(video, 404, { path: none });
  await ask(video, 412, { path, headers: { 'if-match': '"other"' } });
  await ask(video, 416, { path, headers: { range: 'bytes=99-' } });
  await ask('HEAD /recordings/{recordingName}', 200, { path });
  await ask('HEAD /recordings/{recordingName}', 304, { path, headers: { 'if-none-match': '*' } });
  await ask('HEAD /recordings/{recordingName}', 404, { path: none });
  await ask('HEAD /recordings/{recordingName}', 412, { path, headers: { 'if-match': '"other"' } });
  const redirecting = testConfig({
    ...{ S3_BUCKET: config.s3.bucket, PLAYBACK: 'redirect', S3_PUBLIC_ENDPOINT: config.s3.endpoint },
  });
  const { url: server, app } = await serve(t, { ...redirecting, port: 0 });
  await ask(video, 302, { server, path });
  await ask('HEAD /recordings/{recordingName}', 302, { server, path });
  await app.close();
  await ask('GET /posters/{recordingName}', 200, { path });
  await ask('GET /posters/{recordingName}', 404, { path: none });
  for (const file of ['index.m3u8', 's_00000.ts'])
    await ask('GET /live/{recordingName}/{file}', 200, { path: { ...path, file } });
  await ask('GET /live/{recordingName}/{file}', 404, { path: { ...none, file: 'index.m3u8' } });

  const file = 't_00000.jpeg';
  await ask('GET /thumbs/{recordingName}/{file}', 200, { path: { ...path, file: 'index.vtt' } });
  await ask('GET /thumbs/{recordingName}/{file}', 200, { path: { ...path, file } });
  for (const [route, its] of [
    ['GET /posters/{recordingName}', path],
    ['GET /live/{recordingName}/{file}', { ...path, file: 'index.m3u8' }],
    ['GET /thumbs/{recordingName}/{file}', { ...path, file }],
  ] as const) {
    await ask(route, 206, { path: its, headers: { range: 'bytes=0-1' } });
    await ask(route, 304, { path: its, headers: { 'if-none-match': '*' } });
    await ask(route, 412, { path: its, headers: { 'if-match': '"other"' } });
    await ask(route, 416, { path: its, headers: { range: 'bytes=99-' } });
  }
  await ask('GET /thumbs/{recordingName}/{file}', 404, { path: { ...none, file } });

  for (const method of ['GET', 'HEAD'])
    await ask(`${method} /recordings/{recordingName}`, 400, { path, query: { tz: 'Mars/Olympus' } });

  const query = { name };
  await ask('GET /recordings/zip', 200, { query });
  await ask('GET /recordings/zip', 206, { query, headers: { range: 'bytes=0-1' } });
  await ask('GET /recordings/zip', 304, { query, headers: { 'if-none-match': '*' } });
  await ask('GET /recordings/zip', 412, { query, headers: { 'if-match': '"other"' } });
  await ask('GET /recordings/zip', 416, { query, headers: { range: 'bytes=9999-' } });
  await ask('GET /recordings/zip', 200, { query: { ...query, tz: 'Asia/Tokyo' } });
  await ask('GET /recordings/zip', 400, {});
  await ask('GET /recordings/zip', 404, { query: { name: 'none.mp4' } });
  await ask('POST /recordings/zip', 200, { body: { names: [name] } });
  await ask('POST /recordings/zip', 200, {
    ...{ body: `${new URLSearchParams(query)}` },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  await ask('POST /recordings/zip', 400, { body: { names: [] } });
  await ask('POST /recordings/zip', 404, { body: { names: ['none.mp4'] } });

  const { videoUrl } = await trpc.recordings.share.mutate({ name });
  const share = new URL(videoUrl).searchParams.get('share') ?? '';
  await ask(video, 200, { path, query: { share } });
  const watched = ['GET /posters/{recordingName}', video, 'HEAD /recordings/{recordingName}'];
  for (const one of watched) await ask(one, 403, { path, query: { share: 'x' } });
  for (const folder of ['live', 'thumbs'])
    await ask(`GET /${folder}/{recordingName}/{file}`, 403, {
      path: { ...path, file: 'x' },
      query: { share: 'x' },
    });

  const elsewhere = { headers: { origin: 'https://elsewhere.example' } };
  for (const post of ['token', 'recordings/start', 'recordings/stop', 'recordings/zip'])
    await ask(`POST /${post}`, 403, { ...elsewhere, body: {} });
  await ask('DELETE /recordings/{recordingName}', 403, { ...elsewhere, path });

  const body = { roomName: live.name, quality: '480p' };
  await ask('POST /recordings/start', 400, { body: { ...body, layout: 'x' } });
  await ask('POST /recordings/start', 404, { body: { roomName: 'nobody' } });
  await ask('POST /recordings/stop', 400, { body: {} });
  await ask('POST /recordings/stop', 409, { body });
  await until(
    'a recorder to take the job',
    async () => (await ask('POST /recordings/start', [200, 503], { body })).status === 200,
    60_000,
  );
  await ask('POST /recordings/start', 409, { body });
  await untilShown(config, live.name, 'recording', 60_000);
  await ask('POST /recordings/stop', 200, { body });

  livekit.goAway();
  await ask('GET /readyz', 200);
  await ask('POST /token', 503, { body: { ...who, autoRecord: true } });
  await ask('POST /recordings/start', 503, { body: { roomName: 'other' } });
  await ask('POST /recordings/stop', 503, { body });
  livekit.comeBack();
  s3.goAway();
  await ask('GET /recordings', 503);
  await until('the app to be not ready', async () => (await ask('GET /readyz', [200, 503])).status === 503);
  await ask(video, 503, { path });
  await ask('GET /posters/{recordingName}', 503, { path });
  await ask('GET /live/{recordingName}/{file}', 503, { path: { ...path, file: 'index.m3u8' } });
  await ask('HEAD /recordings/{recordingName}', 503, { path });
  await ask('GET /thumbs/{recordingName}/{file}', 503, { path: { ...path, file } });
  await ask('GET /recordings/zip', 503, { query });
  await ask('POST /recordings/zip', 503, { body: { names: [name] } });
  await ask('DELETE /recordings/{recordingName}', 503, { path });
  s3.comeBack();

  const folder = t.testdir({
    node_modules: t.fixture('symlink', fileURLToPath(new URL('../node_modules', import.meta.url))),
    'reelroom.ts': astToString(await openapiTS(raw)),
    'program.ts': program,
    'wrong-program.ts': wrongProgram,
    'answers.ts': [
      "import type { paths } from './reelroom.ts';",
      ...answers.map(({ type, body }, i) => `export const answer${i}: ${type} = ${JSON.stringify(body)};`),
    ].join('\n'),
  });
  t.ok(answers.length > 20);
  const problems = compile(folder, ['answers.ts', 'program.ts', 'wrong-program.ts']);
  t.match(problems, [{ file: 'wrong-program.ts', message: /'room' does not exist/ }]);
  t.equal(problems.length, 1, JSON.stringify(problems));

  const { run } = await import(pathToFileURL(join(folder, 'program.ts')).href);
  t.same(await run(url), { bytes: 5, part: 'me', status: 206, code: 'RECORDING_NOT_STARTED' });

  const locked = '<Error><Code>ObjectLocked</Code><Message>Object is WORM protected</Message></Error>';
  s3.misbehave((request) => (/^(DELETE|POST) /.test(request) ? { status: 403, body: locked } : undefined));
  await ask('DELETE /recordings/{recordingName}', 409, { path });
  s3.comeBack();
  await ask('DELETE /recordings/{recordingName}', 200, { path });
  await ask('DELETE /recordings/{recordingName}', 404, { path });
  const guarded = await build(t, await protectedConfig());
  const guardedUrl = await guarded.listen({ port: 0 });
  const mayJoin = await guarded.inject({
    method: 'POST',
    url: '/trpc/keys.create',
    headers: { 'content-type': 'application/json', cookie: await signIn(guarded, 'admin'), ...ourPage },
    payload: { name: 'a', scopes: ['join'] },
  });
  const key = mayJoin.json<{ result: { data: { key: string } } }>().result.data.key;
  const headers = { authorization: `Bearer ${key}` };
  for (const [name, { responses }] of operations) {
    const there = { server: guardedUrl, path: { ...path, file: 'index.m3u8' } };
    if (responses[401]) await ask(name, 401, there);
    if (responses[403] && name !== 'POST /token') await ask(name, 403, { ...there, headers });
  }

  t.same(unseen(), [], 'every answer of the document was seen');
});
