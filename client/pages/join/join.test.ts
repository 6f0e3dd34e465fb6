import t from 'tap';
import { isResumable } from '../../call/active-call.ts';
import { deviceProblem } from '../../media/device-problem.ts';
import { checkJoin } from './validate.ts';

t.test('what can be joined is taken, without white space around it', async (t) => {
  t.same(checkJoin({ participantName: ' Ana ', roomName: ' Équipe "A" 🎥 ' }), {
    input: { participantName: 'Ana', roomName: 'Équipe "A" 🎥' },
  });
});

t.test('what cannot is explained at its field', async (t) => {
  t.same(checkJoin({ participantName: ' ', roomName: '' }), {
    errors: {
      participantName: 'Enter the name that others will see.',
      roomName: 'Enter the name of a room.',
    },
  });
  t.match(checkJoin({ participantName: 'Ana', roomName: 'a/b' }), {
    errors: { roomName: /^The name may not contain \// },
  });
  t.match(checkJoin({ participantName: 'a'.repeat(129), roomName: 'x' }), {
    errors: { participantName: 'The name is too long: at most 128 characters.' },
  });
  t.notMatch(checkJoin({ participantName: 'Ana', roomName: '{}' }), { errors: { participantName: /./ } });
});

t.test('a device that cannot be had is explained', async (t) => {
  t.match(deviceProblem('camera', 'NotAllowedError'), /^Camera access is blocked/);
  t.match(deviceProblem('microphone', 'NotFoundError'), /No microphone/);
  t.match(deviceProblem('camera', 'anything else'), /cannot be started/);
});

t.test(
  'a tab goes back into its call by itself after a reload or a crash, and for a minute only',
  async (t) => {
    const now = Date.UTC(2026, 6, 1);
    const call = { at: now - 5_000, isClosed: false };
    t.ok(isResumable(call, { now, isReload: true }), 'reloaded');
    t.ok(isResumable({ ...call, isClosed: true }, { now, isReload: true }), 'a reload closes the page, too');
    t.ok(isResumable(call, { now, isReload: false }), 'crashed: it was never closed');
    t.notOk(isResumable({ ...call, isClosed: true }, { now, isReload: false }), 'closed, and opened again');
    t.notOk(isResumable({ ...call, at: now - 60_000 }, { now, isReload: true }), 'a minute later');
    t.notOk(
      isResumable({ ...call, at: now + 60_000 }, { now, isReload: true }),
      'of a clock that was set back',
    );
    t.notOk(isResumable({ at: Number.NaN, isClosed: false }, { now, isReload: true }), 'in no call at all');
  },
);
