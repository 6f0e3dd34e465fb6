import type { Recording, RoomStatus } from '@reelroom/shared';
import t from 'tap';
import { createEvents } from '../features/events/events.ts';
import { createElsewhere } from '../features/recording/elsewhere.ts';
import { silentLog } from './support/log.ts';
import { until } from './support/until.ts';

const recordingAt = (startedAt: number, more: Partial<Recording> = {}): Recording => ({
  ...{
    id: `EG_${startedAt}`,
    name: `team-RM_1-${new Date(startedAt).toISOString().replace(/[:.Z]/g, '')}.mp4`,
  },
  ...{ roomName: 'team', roomId: 'RM_1', startedAt, size: 0, status: 'stopping' },
  ...more,
});
const noon = Date.UTC(2026, 0, 31, 12);

t.test('what another process saves is listed until it has ended', async (t) => {
  const events = createEvents({ redis: undefined, scope: 'a', log: silentLog });
  const { addTo, close } = createElsewhere({ events });
  t.teardown(close);
  const show = ({ id, name, status }: Recording, more: Partial<RoomStatus> = {}) =>
    events.publish({
      ...{ type: 'room-status', roomName: 'team' },
      state: { recording: { id, name, status, ...more } },
    });
  const names = () => addTo([]).map(({ name }) => name);
  const [first, second, third] = [recordingAt(noon), recordingAt(noon + 1), recordingAt(noon + 2)];

  show({ ...third, status: 'recording' });
  show(first, { endedBy: 'stop', error: 'Saving waits for the storage' });
  show(second);
  await until('both', async () => names().length === 2);
  t.same(
    addTo([third, first]),
    [third, second, first],
    'newest first, and what is known here as it is known',
  );
  t.same(addTo([])[1], { ...first, endedBy: 'stop', error: 'Saving waits for the storage' });

  show({ ...first, status: 'ready' });
  await until('one', async () => names().length === 1);
  events.publish({ type: 'recording-deleted', recording: second });
  await until('none', async () => names().length === 0);

  show(first);
  show({ ...second, name: 'holiday.mp4' });
  await until('the one whose name says what it is', async () => names().length === 1);
  events.reset();
  await until('nothing that may have ended unheard', async () => names().length === 0);
});
