import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { laneOf } from '../testing/lanes.ts';
import { root } from '../lib/settings.ts';

const lane = (path: string) => laneOf(path, readFileSync(join(root, path), 'utf8'));

t.test('tests that use the LiveKit and the recorder of the stack run one after the other', async (t) => {
  const paths = ['e2e/record.test.ts', 'e2e/cors.test.ts', 'server/test/faults/webhooks.test.ts'];
  const joining = [
    'server/test/record.test.ts',
    'server/test/ends.test.ts',
    'server/test/client-package.test.ts',
  ];
  for (const path of [...paths, ...joining]) t.equal(lane(path), 'calls', path);
});

t.test('tests that need neither, or have their own, run beside them', async (t) => {
  const paths = [
    'server/test/video.test.ts',
    'client/recordings/rows.test.ts',
    'server/test/faults/redis.test.ts',
  ];
  for (const path of paths) t.equal(lane(path), 'beside', path);
});
