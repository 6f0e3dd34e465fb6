import { createOwnership } from '../../jobs/ownership.ts';
import { createRedis } from '../../adapters/redis/client.ts';
import { silentLog } from './log.ts';

// An app process of the ownership's test: tells its parent whether it is the owner, whenever that changes.
const [url = '', scope = ''] = process.argv.slice(2);
const { isOwner } = createOwnership({ redis: createRedis(url, silentLog), scope, log: silentLog });

let told = false;
setInterval(() => {
  if (isOwner() === told) return;
  told = !told;
  process.send?.(told);
}, 10);
process.on('disconnect', () => process.exit());
