import fc from 'fast-check';
import t from 'tap';
import { parseRecordingName, recordingName, recordingNameSchema, roomNameSchema } from '../index.ts';

const room = { name: 'Équipe "A" 🎥', id: 'RM_abc' };

t.test("the seed's form: room, room id, time", async (t) => {
  t.equal(
    recordingName(room, Date.UTC(2026, 0, 31, 10, 15, 30, 7)),
    'Équipe "A" 🎥-RM_abc-2026-01-31T101530007.mp4',
  );
});

t.test('two times never share a name', async (t) => {
  t.not(recordingName(room, 1), recordingName(room, 2));
});

t.test(
  "every room's recordings have a name that is accepted, with room for a manifest's ending",
  async () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }), (text) => {
        const { data: name } = roomNameSchema.safeParse(text);
        return (
          name === undefined ||
          recordingNameSchema.safeParse(recordingName({ name, id: 'RM_0123456789ab' }, 0)).success
        );
      }),
    );
  },
);

t.test('what is no recording in the folder is no name', async (t) => {
  for (const name of [
    '../a.mp4',
    'a/b.mp4',
    'a.mp4.json',
    '.mp4',
    '..mp4',
    '...mp4',
    '....mp4',
    '',
    'a\u0000.mp4',
    `${'x'.repeat(250)}.mp4`,
    7,
  ])
    t.notOk(recordingNameSchema.safeParse(name).success, JSON.stringify(name));
});

t.test('a name is read again, whatever the room is called', async (t) => {
  const at = Date.UTC(2026, 0, 31, 10, 15, 30, 7);
  for (const name of ['a', 'a-b-RM_x-2026-01-31T101530', room.name])
    t.same(parseRecordingName(recordingName({ name, id: 'RM_abc' }, at)), {
      roomName: name,
      roomId: 'RM_abc',
      startedAt: at,
    });
  t.match(
    parseRecordingName('a-RM_abc-2026-01-31T101530.mp4'),
    { startedAt: at - 7 },
    "the seed's, without milliseconds",
  );
  for (const name of ['holiday.mp4', 'a-RM_abc-2026-13-31T101530.mp4', ''])
    t.equal(parseRecordingName(name), undefined, name);
});
