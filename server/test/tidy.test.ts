import t from 'tap';
import { manifestOf } from '../features/recordings/manifest.ts';
import { workingFiles } from '../features/recordings/segments.ts';
import { bucketOf, serve, testConfig } from './support/build.ts';
import { makeMp4 } from './support/segments.ts';
import { until } from './support/until.ts';

t.setTimeout(120_000);

t.test(
  'an app was killed before it took the segments away: they go, and the recording stays as it is',
  async (t) => {
    const config = testConfig();
    const { path } = config.recordings;
    const { put, keys } = await bucketOf(config);
    const name = 'room-RM_1-2026-01-31T101530000.mp4';
    const media = await makeMp4(t, 1);
    await put(path + name, media);
    await put(
      `${path}${name}.json`,
      JSON.stringify(
        manifestOf({
          ...{ id: 'EG_1', name, roomName: 'room', roomId: 'RM_1', startedAt: 1_769_854_530_000 },
          ...{ size: media.length, status: 'ready', endedBy: 'stop' },
        }),
      ),
    );
    const segment = `${path}.reelroom/segments/${name.slice(0, -4)}/s_00000.ts`;
    await put(segment, 'media');
    const { tablesFirst } = workingFiles(path, name);
    await put(tablesFirst, 'half of a copy');

    const { trpc } = await serve(t, config);
    await until(
      'the segments to go',
      async () => (await keys()).every((key) => key !== segment && key !== tablesFirst),
      60_000,
    );
    t.match(await trpc.recordings.get.query({ name }), { id: 'EG_1', status: 'ready', endedBy: 'stop' });
  },
);
