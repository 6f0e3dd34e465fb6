import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { matcherOf, recordingName, roomNameSchema, titleSchema, type Recording } from '@reelroom/shared';
import t from 'tap';
import { failureSentences } from '@reelroom/shared';
import { entryKeys, folderOf, readEntry, roomNameOf } from '../features/index/key.ts';
import { keyAfter, keyAfterTime, isPosition, positionOf, timeOf } from '../features/index/position.ts';

const root = 'recordings/.reelroom/index/v1/';

const anyText = (max: number) =>
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: max }),
    fc.string({ unit: fc.constantFrom(...'/\\|{}.%~ \u0000\r\n\ud800\uffff𝄞é'), maxLength: max }),
  );
const validBy = (schema: { safeParse: (text: string) => { data?: unknown } }, texts: fc.Arbitrary<string>) =>
  texts.map((text) => text.trim()).filter((text) => schema.safeParse(text).data === text);

const roomName = fc.oneof(
  validBy(roomNameSchema, anyText(128)),
  fc.constantFrom('..', '.sgwtmp', '%'.repeat(128), '🎥'.repeat(45), '((', '../x'.replace('/', '')),
);
const title = fc.oneof(
  validBy(titleSchema, anyText(200)),
  fc.constantFrom('/'.repeat(200), 'é'.repeat(200), 'a|sfailed}'),
);
const count = fc.nat(Number.MAX_SAFE_INTEGER);
const time = fc.integer({ min: 0, max: 9_999_999_999_999 });
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** A recording that has ended, as our own names are, or as names may be. */
const recording: fc.Arbitrary<Recording> = fc
  .record({
    id: fc.oneof(fc.constant('EG_abcdefghijkl'), anyText(20)),
    roomName,
    roomId: fc.oneof(fc.constant('RM_abcdefghijkl'), anyText(20)),
    startedAt: time,
    size: count,
    durationMs: optional(count),
    width: optional(fc.nat(9999)),
    height: optional(fc.nat(9999)),
    status: fc.constantFrom('ready' as const, 'failed' as const),
    endedBy: optional(fc.constantFrom('stop' as const, 'recovered' as const)),
    lostMs: optional(count),
    failure: optional(fc.constantFrom('NOT_BEGUN' as const, 'RECORDER_LOST' as const)),
    title: optional(title),
    keep: optional(fc.constant(true)),
    kind: fc.constantFrom('ours', 'seed', 'media', 'foreign'),
  })
  .map(({ kind, ...fields }) => {
    const { roomName, roomId, startedAt, failure } = fields;
    const names: Record<string, string> = {
      seed: `${roomName}-RM_x-2026-01-31T101530.mp4`,
      media: `${roomName}.mp4`,
      foreign: 'holiday | {1}.mp4',
    };
    const all = {
      ...fields,
      name: names[kind] ?? recordingName({ name: roomName, id: roomId }, startedAt),
      ...(failure && { error: failureSentences[failure] }),
    };
    const present: Recording = Object.assign(
      {},
      ...Object.entries(all)
        .filter(([, value]) => value !== undefined)
        .map(([key, value]) => ({ [key]: value })),
    );
    return present;
  });

/** The same, or in the trash. */
const stored = fc
  .tuple(recording, optional(count))
  .map(([listed, trashedAt]): Recording => (trashedAt === undefined ? listed : { ...listed, trashedAt }));

t.test('an entry says again what it was made of', async (t) => {
  fc.assert(
    fc.property(stored, (recording) => {
      for (const key of entryKeys(root, recording)) {
        const entry = readEntry(root, key);
        if (entry?.key !== key || entry.position !== positionOf(recording)) t.fail('its place');
        const { title } = entry?.recording ?? {};
        const isCut = title?.endsWith('…') && title !== recording.title;
        // A title is cut only where there is no room for it.
        if (isCut && Buffer.byteLength(key) < 1_000) t.fail('cut too short');
        const whole = { ...entry?.recording, ...(isCut && { title: recording.title }) };
        if (!isDeepStrictEqual(whole, recording)) t.same(whole, recording);
      }
    }),
    { numRuns: 2_000 },
  );
  t.pass('checked');
});

t.test('every key can be stored anywhere', async (t) => {
  fc.assert(
    fc.property(stored, (recording) => {
      for (const key of entryKeys(root, recording)) {
        if (Buffer.byteLength(key) > 1_024) t.fail(`${Buffer.byteLength(key)} bytes`);
        if (/[\p{Cc}\p{Cs}\\\uFFFE\uFFFF]/u.test(key)) t.fail(`unprintable: ${JSON.stringify(key)}`);
        for (const part of key.split('/'))
          if (Buffer.byteLength(part) > 255 || /^(\.|\.\.|\.sgwtmp|)$/.test(part)) t.fail(`a part: ${part}`);
        // No entry is the folder of another.
        if (!key.endsWith('}') || key.slice(0, -1).includes('}')) t.fail(`its end: ${key}`);
      }
    }),
    { numRuns: 2_000 },
  );
  t.pass('checked');
});

t.test('the longest names and a title of 200 emoji fit, the title cut', async (t) => {
  const room = '🎥'.repeat(45);
  const startedAt = Date.UTC(2026, 0, 31);
  const recording: Recording = {
    ...{ id: 'EG_abcdefghijkl', roomName: room, roomId: 'RM_abcdefghijkl', startedAt, size: 2 ** 40 },
    ...{ name: recordingName({ name: room, id: 'RM_abcdefghijkl' }, startedAt), status: 'ready' },
    title: '🙂'.repeat(200),
  };
  for (const key of entryKeys(`${'p'.repeat(99)}/${root}`, recording)) {
    t.ok(Buffer.byteLength(key) <= 1_024);
    const { title = '', ...rest } = readEntry(`${'p'.repeat(99)}/${root}`, key)?.recording ?? {};
    t.match(title, /^🙂{100,}…$/u);
    t.match(rest, { roomName: room, name: recording.name });
  }
});

t.test('keys are in the order of time, newest first; places are before and behind them', async (t) => {
  fc.assert(
    fc.property(recording, time, fc.boolean(), (recording, other, inRoom) => {
      const view = Number(inRoom);
      const key = entryKeys(root, recording)[view] ?? '';
      const folder = folderOf(root, inRoom ? recording.roomName : undefined);
      const position = positionOf(recording);
      const compare = (one: string, two: string) => Buffer.compare(Buffer.from(one), Buffer.from(two));
      if (!isPosition(position) || timeOf(position) !== recording.startedAt) t.fail(position);
      if (compare(key, folder + keyAfter(position)) >= 0) t.fail('not before what is behind it');
      if (compare(folder, key) >= 0) t.fail('not behind its folder');
      const isListed = compare(key, folder + keyAfterTime(other)) > 0;
      if (isListed !== recording.startedAt < other) t.fail(`${recording.startedAt} before ${other}`);
      const newer = { ...recording, startedAt: other };
      if (other > recording.startedAt && compare(entryKeys(root, newer)[view] ?? '', key) >= 0)
        t.fail('newer, and not before');
    }),
    { numRuns: 2_000 },
  );
  t.pass('checked');
});

t.test('an entry has its place, whatever its row says', async (t) => {
  fc.assert(
    fc.property(recording, title, (recording, title) => {
      const [one = '', two = ''] = [recording, { ...recording, title, size: 1 }].map(
        (row) => entryKeys(root, row)[0],
      );
      const end = folderOf(root) + keyAfter(positionOf(recording));
      if (!(one < end && two < end)) t.fail('behind its place');
    }),
  );
  t.pass('checked');
});

t.test('what is no entry says nothing', async (t) => {
  for (const key of ['', 'complete', 'all/', 'all/1234/567/x}', 'all/8204/123/456789abcdefgh}', 'all/1/2/3'])
    t.equal(readEntry(root, root + key), undefined, key);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      readEntry(root, root + text);
      readEntry(root, `${root}all/8204/123/456789abcdefgh${text}}`);
    }),
  );
  t.equal(
    readEntry(
      'elsewhere/',
      entryKeys(root, {
        id: '',
        name: 'a.mp4',
        roomName: 'a',
        roomId: '',
        startedAt: 1,
        size: 1,
        status: 'ready',
      })[0] ?? '',
    ),
    undefined,
  );
});

t.test("a room's folder names it, unless its name is longer than a folder's", async (t) => {
  const folderIn = (roomName: string) => folderOf(root, roomName).slice(`${root}room/`.length, -1);
  fc.assert(
    fc.property(roomName, (name) => {
      if (roomNameOf(folderIn(name)) !== name) t.fail(name);
    }),
  );
  t.equal(roomNameOf(folderIn('')), '');
  const long = 'x'.repeat(256);
  t.equal(roomNameOf(folderIn(long)), undefined);
  t.not(folderIn(long), folderIn(`${long}y`));
});

t.test('a row is folded once, however often it is searched', async (t) => {
  let read = 0;
  const row: Recording = {
    ...{ id: 'EG_1', name: 'a-RM_1-t.mp4', roomName: 'Équipe', roomId: 'RM_1', startedAt: 1, size: 1 },
    status: 'ready',
    get title() {
      read += 1;
      return 'Réunion';
    },
  };
  for (const search of ['reunion', 'EQUIPE']) t.equal(matcherOf({ search })(row), true, search);
  t.equal(matcherOf({ search: 'none' })(row), false);
  t.equal(read, 1);
});
