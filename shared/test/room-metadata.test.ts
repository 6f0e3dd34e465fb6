import fc from 'fast-check';
import t from 'tap';
import { parseRoomStatus, withRoomStatus, type RoomStatus } from '../index.ts';

const status: RoomStatus = { id: 'EG_1', name: 'a-RM_1-t.mp4', status: 'recording', recordingSince: 5 };

t.test('what is written is read, and what others wrote stays', async (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (others) => {
      const { reelroom: _, ...rest } = others;
      const metadata = withRoomStatus(JSON.stringify(others), status);
      t.same(parseRoomStatus(metadata), status);
      t.same(JSON.parse(withRoomStatus(metadata, undefined)), JSON.parse(JSON.stringify(rest)));
    }),
    { numRuns: 50 },
  );
});

t.test('metadata that is not ours, or no JSON at all, says nothing', async (t) => {
  for (const metadata of [undefined, '', 'hello', '[]', '7', '{"reelroom":7}', '{"reelroom":{"status":"?"}}'])
    t.equal(parseRoomStatus(metadata), undefined, metadata ?? 'none');
});
