import fc from 'fast-check';
import t from 'tap';
import { parseRoomState, withRoomState, type RoomState, type RoomStatus } from '../index.ts';

const recording: RoomStatus = { id: 'EG_1', name: 'a-RM_1-t.mp4', status: 'recording', recordingSince: 5 };

t.test('what is written is read, and what others wrote stays', async (t) => {
  const waits: RoomState = { autoRecord: true, autoRecordFor: 'a' };
  const states: RoomState[] = [
    { recording },
    { recording, recordingFor: 'a' },
    { autoRecord: true },
    waits,
    { recording, ...waits },
  ];
  // What would be an object's prototype is not kept.
  const keys = fc.string().filter((key) => key !== '__proto__');
  fc.assert(
    fc.property(fc.dictionary(keys, fc.jsonValue()), fc.constantFrom(...states), (others, state) => {
      const { reelroom: _, ...rest } = others;
      const metadata = withRoomState(JSON.stringify(others), state);
      t.same(parseRoomState(metadata), state);
      t.same(JSON.parse(withRoomState(metadata, {})), JSON.parse(JSON.stringify(rest)));
    }),
    { numRuns: 50 },
  );
});

t.test('metadata that is not ours, or no JSON at all, says nothing', async (t) => {
  for (const metadata of [
    undefined,
    '',
    'hello',
    '[]',
    '7',
    '{"reelroom":7}',
    '{"reelroom":{"status":"?"}}',
    '{"reelroom":{"recording":7,"autoRecord":"yes","recordingFor":5}}',
  ]) {
    const { recording, autoRecord } = parseRoomState(metadata);
    t.strictSame([recording, autoRecord], [undefined, undefined], metadata ?? 'none');
  }
  t.match(parseRoomState('{"reelroom":{"recording":7,"autoRecord":true}}'), { autoRecord: true });
});
