import type { ListInput } from '@reelroom/shared';
import t from 'tap';
import { reindexBucket } from '../reindex.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { failure } from './support/failure.ts';
import { proxyTo } from './support/proxy.ts';
import { putSeedRecordings, seedName } from './support/seeded.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

const day = 24 * 60 * 60_000;
const noon = Date.UTC(2026, 0, 31, 12);
const namesOf = ({ recordings }: { recordings: { name: string }[] }) => recordings.map(({ name }) => name);

t.test('an empty library', async (t) => {
  const { trpc, url } = await serve(t);
  t.same(await (await fetch(`${url}/recordings`)).json(), { recordings: [] });
  t.same(await trpc.recordings.list.query(), { live: [], recordings: [] });
  t.same(await trpc.recordings.rooms.query(), { rooms: [], more: false });
  t.same(await trpc.recordings.totals.query(), { count: 0, bytes: 0 });
});

t.test('the list of recordings', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const at = (roomName: string, startedAt: number, roomId = 'RM_1') => ({ roomName, roomId, startedAt });
  const all = [
    at('Équipe "A" 🎥', noon + 1_000),
    at('((', noon),
    at('%2F', noon - 1_000),
    at('🎥'.repeat(45), noon - day),
    at('a', noon - 2 * day, 'RM_2'),
    at('a-b', noon - 3 * day),
    at('a', noon - 40 * day, 'RM_3'),
    at('a', noon - 400 * day),
    at('..', 2_000),
  ];
  await putSeedRecordings(put, all);
  const { trpc, url } = await serve(t, config);
  const list = async (input: ListInput) => namesOf(await trpc.recordings.list.query(input));
  const rest = async (query: Record<string, string> = {}) => {
    const response = await fetch(`${url}/recordings?${new URLSearchParams(query)}`);
    return { status: response.status, body: Object(await response.json()) };
  };
  const names = all.map(seedName);
  const where = (wanted: (recording: (typeof all)[number]) => boolean) => all.filter(wanted).map(seedName);

  await t.test("newest first, with the seed's six fields", async (t) => {
    const { body } = await rest();
    t.same(namesOf(body), names);
    t.match(body.recordings[0], {
      ...{ id: `EG_${noon + 1_000}`, name: names[0], roomName: 'Équipe "A" 🎥', roomId: 'RM_1' },
      ...{ startedAt: noon + 1_000, size: 5, status: 'ready' },
    });
    t.same(await trpc.recordings.list.query(), { live: [], recordings: body.recordings });
    t.same(await trpc.recordings.get.query({ name: names[0] ?? '' }), body.recordings[0]);
  });

  await t.test('oldest first', async (t) => {
    t.same(await list({ order: 'oldest' }), [...names].reverse());
    t.same(namesOf((await rest({ order: 'oldest' })).body), [...names].reverse());
    t.same(await list({ order: 'oldest', roomName: 'a' }), where((it) => it.roomName === 'a').reverse());
  });

  await t.test('of a room: its name is compared, and is no pattern', async (t) => {
    for (const { roomName } of all) {
      const its = where((it) => it.roomName === roomName);
      t.same(await list({ roomName }), its, roomName);
      t.same(namesOf((await rest({ roomName })).body), its, roomName);
      t.same(namesOf((await rest({ roomName, limit: '200' })).body), its, roomName);
    }
    for (const roomName of ['.*', '../x', 'a/', '|', 'all', '{e', 'A']) t.same(await list({ roomName }), []);
    t.same(await list({ roomName: '' }), names, 'an empty filter is none');
    t.same(namesOf((await rest({ roomName: '', search: '' })).body), names, 'an empty filter is none');
    t.same(
      await list({ roomId: 'RM_3' }),
      where((it) => it.roomId === 'RM_3'),
    );
    t.same(
      await list({ roomName: 'a', roomId: 'RM_2' }),
      where((it) => it.roomId === 'RM_2'),
    );
    t.same(await list({ roomName: '((', roomId: 'RM_2' }), []);
  });

  await t.test('of a period: from is in it, to is not', async (t) => {
    const iso = (time: number) => new Date(time).toISOString();
    const [from, to] = [iso(noon - 40 * day), iso(noon)];
    const inside = where((it) => it.startedAt >= noon - 40 * day && it.startedAt < noon);
    for (const order of ['newest', 'oldest'] as const) {
      const inOrder = (list: string[]) => (order === 'newest' ? list : [...list].reverse());
      t.same(await list({ from, to, order }), inOrder(inside), order);
      t.same(await list({ to, order }), inOrder(where((it) => it.startedAt < noon)), order);
      t.same(await list({ from, order }), inOrder(where((it) => it.startedAt >= noon - 40 * day)), order);
      t.same(await list({ from, roomName: 'a', order }), inOrder([names[4] ?? '', names[6] ?? '']), order);
      t.same(await list({ from: to, to: from, order }), [], order);
      t.same(await list({ from: '1960-01-01T00:00:00Z', to: '9999-01-01T00:00:00Z', order }), inOrder(names));
    }
    t.same(await list({ to: '2026-01-31T13:00:00+01:00' }), await list({ to }), 'an offset counts');
    t.same(namesOf((await rest({ from, to })).body), inside);
  });

  await t.test('by text, whatever its case and accents', async (t) => {
    t.same(await list({ search: 'EQUIPE' }), [names[0]]);
    t.same(await list({ search: '🎥' }), [names[0], names[3]]);
    t.same(await list({ search: '((' }), [names[1]]);
    t.same(await list({ search: 'nobody' }), []);
    t.same(await list({ search: 'a', status: 'failed' }), []);
    t.same(await list({ search: 'a-', status: 'ready' }), [names[5]]);
  });

  await t.test('page by page', async (t) => {
    for (const query of [
      {},
      { order: 'oldest' },
      { search: 'a' },
      { roomName: 'a', order: 'oldest' },
    ] as const) {
      const whole = await list({ ...query, limit: 200 });
      for (const limit of [1, 2, 5]) {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page = await trpc.recordings.list.query({ ...query, limit, cursor });
          t.ok(page.recordings.length <= limit);
          seen.push(...namesOf(page));
          cursor = page.nextCursor;
        } while (cursor !== undefined);
        t.same(seen, whole, `${JSON.stringify(query)} by ${limit}`);
      }
    }
    const { body } = await rest({ limit: '3' });
    t.match(body, { live: [], nextCursor: String });
    t.same(namesOf((await rest({ limit: '2', cursor: body.nextCursor })).body), names.slice(3, 5));
    t.same(namesOf((await rest({ cursor: body.nextCursor })).body), names.slice(3), 'fifty by default');
  });

  await t.test('what is asked for wrongly is said by its name', async (t) => {
    const { nextCursor: cursor = '' } = await trpc.recordings.list.query({ limit: 1 });
    const forged = Buffer.from('[1,"../../secret","x"]').toString('base64url');
    for (const [query, message] of [
      [{ limit: 0 }, /limit .*1 to 200/],
      [{ limit: 201 }, /limit .*1 to 200/],
      [{ limit: 1.5 }, /limit must be a whole number/],
      [{ from: 'yesterday' }, /from must be a date and a time.*2026-01-31/],
      [{ to: '2026-01-31' }, /to must be a date and a time/],
      [{ search: 'x'.repeat(101) }, /search is too long/],
      [{ cursor: 'x' }, /cursor is not one/],
      [{ cursor: forged }, /cursor is not one/],
      [{ cursor: '' }, /cursor is not one/],
      [{ cursor, roomName: 'a' }, /cursor is of another list/],
      [{ cursor, order: 'oldest' }, /cursor is of another list/],
      [{ cursor, search: 'a' }, /cursor is of another list/],
    ] as const) {
      const refused = await failure(trpc.recordings.list.query(query));
      t.match(refused, { message, data: { code: 'BAD_REQUEST', errorCode: 'INVALID_INPUT' } });
    }
    for (const query of [
      'limit=abc',
      'limit=-1',
      'status=live',
      'order=up',
      'roomName=a&roomName=b',
      'cursor=x',
    ]) {
      const response = await fetch(`${url}/recordings?${query}`);
      t.match(
        [response.status, await response.json()],
        [400, { code: 'INVALID_INPUT', errorMessage: new RegExp(query.split('=')[0] ?? '') }],
        query,
      );
    }
  });

  await t.test('the rooms, to choose from', async (t) => {
    const { rooms, more } = await trpc.recordings.rooms.query();
    t.same(rooms.map(({ roomName }) => roomName).sort(), [...new Set(all.map((it) => it.roomName))].sort());
    t.equal(more, false);
    const found = await trpc.recordings.rooms.query({ search: 'equipe' });
    t.same(found, { rooms: [{ roomName: 'Équipe "A" 🎥' }], more: false });
  });

  await t.test('how many there are', async (t) => {
    t.same(await trpc.recordings.totals.query(), { count: all.length, bytes: all.length * 5 });
  });
});

t.test('what is no recording is not listed, what lacks a manifest is', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  await put('recordings/notes.txt', 'x');
  await put('recordings/gone-RM_4-t.mp4.json', '{}');
  await put('recordings/deeper/b-RM_5-t.mp4', 'x');
  await put('elsewhere-RM_6-t.mp4', 'x');
  await put('recordings/broken-RM_7-2026-01-31T101530.mp4', 'x');
  await put('recordings/broken-RM_7-2026-01-31T101530.mp4.json', '{"egress_id":');
  await put('recordings/alone-RM_8-2026-01-31T101531.mp4', 'x');
  await put('recordings/holiday.mp4', 'x');
  const { trpc } = await serve(t, config);
  const { recordings } = await trpc.recordings.list.query();
  t.match(recordings, [{ roomName: 'holiday', roomId: '' }, { roomName: 'alone' }, { roomName: 'broken' }]);
  t.equal(recordings.length, 3);
  for (const recording of recordings)
    t.same(await trpc.recordings.get.query({ name: recording.name }), recording);
});

t.test('1,200 recordings of the seed: complete, by room too, at one S3 request a page', async (t) => {
  const s3 = await proxyTo(t, testConfig().s3.endpoint);
  const config = testConfig({ S3_ENDPOINT: s3.url });
  const { put } = await bucketOf(testConfig({ S3_BUCKET: config.s3.bucket }));
  const many = Array.from({ length: 1_200 }, (_, i) => ({
    ...{ roomName: `room ${i % 24}`, roomId: 'RM_1', startedAt: noon - i * 7 * 60_000 },
  }));
  await putSeedRecordings(put, many);
  const { trpc, url } = await serve(t, config);
  await until('the index to be built', async () => !(await trpc.recordings.list.query()).indexing, 60_000);

  const complete = Object(await (await fetch(`${url}/recordings`)).json());
  t.same(namesOf(complete), many.map(seedName));
  const oldest = Object(await (await fetch(`${url}/recordings?order=oldest`)).json());
  t.same(namesOf(oldest), many.map(seedName).reverse());
  const room = Object(await (await fetch(`${url}/recordings?roomName=room+7`)).json());
  t.same(namesOf(room), many.filter(({ roomName }) => roomName === 'room 7').map(seedName));
  t.same(await trpc.recordings.totals.query(), { count: 1_200, bytes: 6_000 });
  const { rooms } = await trpc.recordings.rooms.query();
  t.equal(rooms.length, 24);
  t.ok(
    rooms.every(({ count }) => count === 50),
    'with how many each has',
  );

  /** What S3 is asked for meanwhile; the app looks after other things, too. */
  const requestsOf = async (work: () => Promise<unknown>) => {
    const requests: string[] = [];
    s3.misbehave((request) => {
      if (!/deleting|segments|^HEAD/.test(decodeURIComponent(request))) requests.push(request);
      return undefined;
    });
    await work();
    s3.misbehave(() => undefined);
    return requests;
  };
  const input: ListInput = { limit: 50 };
  for (const query of [
    input,
    { ...input, roomName: 'room 7' },
    { ...input, to: new Date(noon - day).toISOString() },
  ])
    t.equal((await requestsOf(() => trpc.recordings.list.query(query))).length, 1, JSON.stringify(query));

  await t.test('a page is stable while recordings come and go', async (t) => {
    const first = await trpc.recordings.list.query(input);
    await trpc.recordings.delete.mutate({ name: first.recordings[49]?.name ?? '' });
    await trpc.recordings.delete.mutate({ name: first.recordings[0]?.name ?? '' });
    await trpc.recordings.rename.mutate({ name: first.recordings[48]?.name ?? '', title: 'later' });
    const second = await trpc.recordings.list.query({ ...input, cursor: first.nextCursor });
    t.same(namesOf(second), many.slice(50, 100).map(seedName));
  });

  await t.test('oldest first, all the way, at a few requests a page', async (t) => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const requests = await requestsOf(async () => {
        const page = await trpc.recordings.list.query({ order: 'oldest', limit: 200, cursor });
        seen.push(...namesOf(page));
        cursor = page.nextCursor;
      });
      t.ok(requests.length <= 5, `${requests.length} requests`);
    } while (cursor !== undefined);
    const left = many.filter((_, i) => i !== 0 && i !== 49).reverse();
    t.same(seen, left.map(seedName));
  });

  await t.test('what nobody entered is there after npm run reindex', async (t) => {
    const [name] = await putSeedRecordings(put, [{ roomName: 'new', roomId: 'RM_2', startedAt: noon + 1 }]);
    t.not((await trpc.recordings.list.query()).recordings[0]?.name, name);
    await reindexBucket(config);
    t.equal((await trpc.recordings.list.query()).recordings[0]?.name, name);
  });
});
