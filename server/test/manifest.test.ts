import t from 'tap';
import { describeFailure, describeRecording, endOf, manifestOf } from '../bucket/manifest.ts';

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

t.test('what a newer version stored survives this one', async (t) => {
  const recording = {
    ...{ id: 'EG_1', name: media.name, roomName: 'my-room', roomId: 'RM_x1', size: 7, startedAt: 5 },
    ...{ status: 'ready' as const, endedBy: 'stop' as const, title: 'Board meeting', keep: true },
  };
  const newer = {
    ...manifestOf(recording),
    more: 1,
    reelroom: { ...recording, endedBy: 'paused', consent: ['ana', 'bo'], durationMs: 'PT1S' },
  };
  const text = JSON.stringify(newer);
  t.equal(endOf(text), 'ready', 'it has been seen through');
  const { endedBy: _endedBy, ...readable } = recording;
  t.same(describeRecording(media, text), readable, 'all that can be read is');

  const renamed = manifestOf({ ...readable, title: 'x' }, text);
  t.same(renamed, { ...newer, reelroom: { ...newer.reelroom, title: 'x' } });
  const { title: _title, ...untitled } = readable;
  t.notOk('title' in manifestOf(untitled, text).reelroom, 'what this version takes away is gone');

  const archived = JSON.stringify({ ...newer, reelroom: { ...newer.reelroom, status: 'archived' } });
  t.equal(endOf(archived), 'ready');
  t.equal(describeFailure(archived), undefined);
  t.match(manifestOf(readable, archived).reelroom, { consent: ['ana', 'bo'] });
});

t.test('a file that is there has not failed, whatever was written of it', async (t) => {
  const text = JSON.stringify(
    manifestOf({
      ...{ id: 'EG_1', name: media.name, roomName: 'my-room', roomId: 'RM_x1', size: 0, startedAt: 5 },
      ...{ status: 'failed', failure: 'RECORDER_LOST', error: 'Lost', title: 'x' },
    }),
  );
  t.match(describeFailure(text), { status: 'failed', failure: 'RECORDER_LOST' });
  const recording = describeRecording(media, text);
  t.match(recording, { status: 'ready', title: 'x', size: 7 });
  t.notOk('failure' in recording || 'error' in recording);
});
