import t from 'tap';
import { isAtLeast } from '../programs/binaries.ts';
import { cacheFolder } from '../lib/node.mjs';

t.test('versions of Go are compared as numbers', async (t) => {
  t.ok(isAtLeast('go1.26.8', '1.26'));
  t.ok(isAtLeast('go1.26', '1.26'));
  t.ok(isAtLeast('go1.100.1', '1.26'));
  t.ok(isAtLeast('go2.0', '1.26'));
  t.ok(isAtLeast('devel go1.27-0a1b2c', '1.26'));
  t.notOk(isAtLeast('go1.19.8', '1.26'));
  t.notOk(isAtLeast('go1.3', '1.26'));
  t.notOk(isAtLeast('', '1.26'));
});

t.test('binaries are kept outside the checkout, where the environment says', async (t) => {
  t.equal(cacheFolder({ REELROOM_CACHE: '/a', XDG_CACHE_HOME: '/b' }), '/a');
  t.equal(cacheFolder({ XDG_CACHE_HOME: '/b' }), '/b/reelroom');
  t.match(cacheFolder({}), /\/\.cache\/reelroom$/);
});
