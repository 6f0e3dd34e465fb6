import { z } from 'zod';
import { createLock } from '../../adapters/redis/lock.ts';
import { createRedis } from '../../adapters/redis/client.ts';
import { silentLog } from './log.ts';
import { until } from './until.ts';

// An app process of the lock's test: for each round that it is told of, 50 at once try
// to have the lock. It tells of each how that went; whoever won holds the lock until the
// parent says that the round is over.
const [url = ''] = process.argv.slice(2);
const redis = createRedis(url, silentLog);
const { withLock } = createLock({ redis, scope: 'test', log: silentLog });
await until('a connection to Redis', async () => redis.isReady);

const tell = (message: string) => process.send?.(message);
const toldSchema = z.object({ round: z.string(), isOver: z.boolean() });
let over = (): void => undefined;

process.on('message', (message) => {
  const { round, isOver } = toldSchema.parse(message);
  if (isOver) return over();
  const isEnded = new Promise<void>((resolve) => (over = resolve));
  for (let i = 0; i < 50; i += 1)
    withLock(round, async () => {
      tell('won');
      await isEnded;
    }).catch((error: unknown) => tell(error instanceof Error ? error.message : 'no error'));
});
process.on('disconnect', () => process.exit());
tell('ready');
