import pMap from 'p-map';
import t from 'tap';
import { bucketOf, serve, testConfig } from './support/build.ts';

const ns = (ms: number) => ms * 1_000_000;

t.test('the list of recordings', async (t) => {
  const config = testConfig();
  const { put } = await bucketOf(config);
  const record = async (name: string, roomName: string, roomId: string, startedAt: number) => {
    await put(`recordings/${name}`, 'media');
    const manifest = {
      egress_id: `EG_${name}`,
      room_id: roomId,
      room_name: roomName,
      started_at: ns(startedAt),
    };
    await put(`recordings/${name}.json`, JSON.stringify(manifest));
  };
  const { trpc, url } = await serve(t, config);
  const rest = async (query: Record<string, string> = {}) => {
    const response = await fetch(`${url}/recordings?${new URLSearchParams(query)}`);
    t.equal(response.status, 200);
    return Object(await response.json());
  };

  await t.test('empty at first', async (t) => {
    t.same(await rest(), { recordings: [] });
    t.same(await trpc.recordings.list.query(), { recordings: [] });
  });

  await record('((-RM_1-t.mp4', '((', 'RM_1', 2_000);
  await record('a-RM_2-t.mp4', 'a', 'RM_2', 3_000);
  await record('a-b-RM_3-t.mp4', 'a-b', 'RM_3', 1_000);

  await t.test("newest first, with the seed's six fields", async (t) => {
    const { recordings } = await rest();
    t.same(
      recordings.map(({ name }: { name: string }) => name),
      ['a-RM_2-t.mp4', '((-RM_1-t.mp4', 'a-b-RM_3-t.mp4'],
    );
    t.match(recordings[0], {
      id: 'EG_a-RM_2-t.mp4',
      roomName: 'a',
      roomId: 'RM_2',
      startedAt: 3_000,
      size: 5,
    });
    t.same((await trpc.recordings.list.query()).recordings, recordings);
  });

  await t.test('of a room: its name is compared, and is no pattern', async (t) => {
    const names = async (query: Record<string, string>) =>
      (await rest(query)).recordings.map(({ name }: { name: string }) => name);
    t.same(await names({ roomName: 'a' }), ['a-RM_2-t.mp4']);
    t.same(await names({ roomName: '((' }), ['((-RM_1-t.mp4']);
    t.same(await names({ roomName: '.*' }), []);
    t.same(await names({ roomId: 'RM_3' }), ['a-b-RM_3-t.mp4']);
    t.same(await names({ roomName: 'a', roomId: 'RM_3' }), []);
    t.same(
      await names({ roomName: '' }),
      ['a-RM_2-t.mp4', '((-RM_1-t.mp4', 'a-b-RM_3-t.mp4'],
      'an empty filter is none',
    );
    t.equal((await fetch(`${url}/recordings?roomName=a&roomName=b`)).status, 400);
  });

  await t.test('what is no recording is not listed, what lacks a manifest is', async (t) => {
    await put('recordings/notes.txt', 'x');
    await put('recordings/gone-RM_4-t.mp4.json', '{}');
    await put('recordings/deeper/b-RM_5-t.mp4', 'x');
    await put('elsewhere-RM_6-t.mp4', 'x');
    await put('recordings/broken-RM_7-2026-01-31T101530.mp4', 'x');
    await put('recordings/broken-RM_7-2026-01-31T101530.mp4.json', '{"egress_id":');
    await put('recordings/alone-RM_8-2026-01-31T101531.mp4', 'x');
    const { recordings } = await rest();
    t.same(
      recordings.slice(0, 2).map(({ roomName }: { roomName: string }) => roomName),
      ['alone', 'broken'],
    );
    t.equal(recordings.length, 5);
  });

  await t.test('complete, past the thousand keys that S3 lists at once', async (t) => {
    await pMap(Array.from({ length: 600 }).keys(), (i) => record(`many-RM_9-${i}.mp4`, 'many', 'RM_9', i), {
      concurrency: 16,
    });
    t.equal((await rest({ roomName: 'many' })).recordings.length, 600);
    t.equal((await rest()).recordings.length, 605);
  });
});
