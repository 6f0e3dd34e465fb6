import t from 'tap';
import { shownName, spokenName } from './recording-title.ts';

t.test('a recording is called by its title, or else by its room', async (t) => {
  t.equal(shownName({ roomName: 'r' }), 'r');
  t.equal(shownName({ roomName: 'r', title: 'T' }), 'T');
  t.match(spokenName({ roomName: 'r', startedAt: 0 }), /^the recording of r, .*1970/);
  t.match(spokenName({ roomName: 'r', title: 'T', startedAt: 0 }), /^“T”, .*1970/);
});
