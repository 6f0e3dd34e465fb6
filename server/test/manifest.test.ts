import t from 'tap';
import { describeRecording, manifestOf } from '../features/recordings/manifest.ts';

const media = { name: 'my-room-RM_x1-2026-01-31T101530.mp4', size: 7, lastModified: new Date(1_000) };

t.test('what is written is read again', async (t) => {
  const recording = {
    id: 'EG_1',
    name: media.name,
    roomName: 'my-room',
    roomId: 'RM_x1',
    size: 7,
    startedAt: 1_795_384_000_123,
    durationMs: 1500,
    status: 'ready' as const,
  };
  t.same(describeRecording(media, JSON.stringify(manifestOf(recording))), recording);
});

t.test("the seed's manifest, its time a number or a text", async (t) => {
  for (const started_at of [1_700_000_000_123_000_000, '1700000000123456789'])
    t.match(
      describeRecording(
        media,
        JSON.stringify({ egress_id: 'EG_1', room_id: 'RM_1', room_name: 'a', started_at }),
      ),
      { id: 'EG_1', roomName: 'a', roomId: 'RM_1', startedAt: 1_700_000_000_123, size: 7 },
    );
});

t.test("without a readable manifest the file's name and date tell", async (t) => {
  for (const text of [undefined, '', '{', '[]', '{"egress_id":7}'])
    t.match(
      describeRecording(media, text),
      {
        name: media.name,
        roomName: 'my-room',
        roomId: 'RM_x1',
        startedAt: Date.UTC(2026, 0, 31, 10, 15, 30),
        status: 'ready',
      },
      text ?? 'none',
    );
  t.match(describeRecording({ ...media, name: 'holiday.mp4' }, undefined), {
    roomName: 'holiday',
    roomId: '',
  });
});
