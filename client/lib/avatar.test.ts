import fc from 'fast-check';
import t from 'tap';
import { hue, initials } from './avatar.ts';

t.test('initials', async (t) => {
  t.equal(initials('Ana María'), 'AM');
  t.equal(initials('  bo '), 'B');
  t.equal(initials('Grace Brewster Murray Hopper'), 'GH');
  t.equal(initials('👩‍🚀 Émile'), '👩‍🚀É', 'signs of several code points stay whole');
  t.equal(initials(''), '');
});

t.test('a hue is a hue', async () => {
  fc.assert(fc.property(fc.string(), (text) => hue(text) >= 0 && hue(text) < 360 && hue(text) === hue(text)));
});
