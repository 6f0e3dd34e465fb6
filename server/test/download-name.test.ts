import fc from 'fast-check';
import t from 'tap';
import { downloadName } from '../features/library/download-name.ts';

const name = 'Team meeting-RM_abc-2026-01-31T101530007.mp4';

t.test('by its title, or by its room and time', async (t) => {
  for (const [recording, expected] of [
    [{ name }, 'Team meeting 2026-01-31 10.15.30.mp4'],
    [{ name: 'Équipe "A" 🎥-RM_1-2026-01-31T101530.mp4' }, 'Équipe _A_ 🎥 2026-01-31 10.15.30.mp4'],
    [{ name: 'holiday.mp4' }, 'holiday.mp4'],
    [{ name: '...mp4' }, 'recording.mp4'],
    [{ name, title: 'Kick-off' }, 'Kick-off.mp4'],
    [{ name, title: 'Kick-off.MP4' }, 'Kick-off.mp4'],
    [{ name, title: '../etc/passwd' }, '_etc_passwd.mp4'],
    [{ name, title: 'C:\\a\nb' }, 'C__a_b.mp4'],
    [{ name, title: ' a \t b. ' }, 'a _ b.mp4'],
    [{ name, title: 'gpj.\u202Eexe' }, 'gpj._exe.mp4'],
    [{ name, title: '\ud800' }, '_.mp4'],
    [{ name, title: '..' }, 'Team meeting 2026-01-31 10.15.30.mp4'],
    [{ name, title: '' }, 'Team meeting 2026-01-31 10.15.30.mp4'],
  ] as const)
    t.equal(downloadName(recording), expected, JSON.stringify(recording));
});

t.test('a long title is cut between characters, as people see them', async (t) => {
  t.equal(downloadName({ name, title: 'é'.repeat(200) }), `${'é'.repeat(125)}.mp4`);
  const family = '👨‍👩‍👧';
  t.equal(downloadName({ name, title: family.repeat(20) }), `${family.repeat(13)}.mp4`);
});

t.test('whatever the title, a file may be called so', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (title) => {
      const made = downloadName({ name, title });
      return (
        /^[^./\\:*?"<>|\p{Cc}\p{Cs} ][^/\\:*?"<>|\p{Cc}\p{Cs}]*\.mp4$/u.test(made) &&
        Buffer.byteLength(made) <= 255
      );
    }),
  );
});
