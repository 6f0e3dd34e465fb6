import fc from 'fast-check';
import t from 'tap';
import { wallClock } from '../features/library/time-zone.ts';
import { downloadName as nameBy } from '../features/library/download-name.ts';

const downloadName = (recording: { name: string; title?: string }) => nameBy(recording, wallClock(undefined));

const name = 'Team meeting-RM_abc-2026-01-31T101530007.mp4';

t.test('by its title, or by its room and time', async (t) => {
  for (const [recording, expected] of [
    [{ name }, 'Team meeting 2026-01-31 10.15.30 UTC.mp4'],
    [{ name: 'Équipe "A" 🎥-RM_1-2026-01-31T101530.mp4' }, 'Équipe _A_ 🎥 2026-01-31 10.15.30 UTC.mp4'],
    [{ name: 'holiday.mp4' }, 'holiday.mp4'],
    [{ name: '...mp4' }, 'recording.mp4'],
    [{ name, title: 'Kick-off' }, 'Kick-off.mp4'],
    [{ name, title: 'Kick-off.MP4' }, 'Kick-off.mp4'],
    [{ name, title: '../etc/passwd' }, '_etc_passwd.mp4'],
    [{ name, title: 'C:\\a\nb' }, 'C__a_b.mp4'],
    [{ name, title: ' a \t b. ' }, 'a _ b.mp4'],
    [{ name, title: 'gpj.\u202Eexe' }, 'gpj._exe.mp4'],
    [{ name, title: '\ud800' }, '_.mp4'],
    [{ name, title: '..' }, 'Team meeting 2026-01-31 10.15.30 UTC.mp4'],
    [{ name, title: '' }, 'Team meeting 2026-01-31 10.15.30 UTC.mp4'],
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

t.test('the time is that of the reader, where they say where they are', async (t) => {
  const before = 'Team-RM_1-2026-02-01T013000.mp4';
  for (const [name, zone, expected] of [
    [before, 'America/Los_Angeles', 'Team 2026-01-31 17.30.00.mp4'],
    [before, 'Pacific/Kiritimati', 'Team 2026-02-01 15.30.00.mp4'],
    [before, 'Asia/Kathmandu', 'Team 2026-02-01 07.15.00.mp4'],
    [before, 'UTC', 'Team 2026-02-01 01.30.00.mp4'],
    [before, undefined, 'Team 2026-02-01 01.30.00 UTC.mp4'],
    // The night in which an hour comes twice, and that in which one is left out.
    ['Team-RM_1-2026-10-25T003000.mp4', 'Europe/Madrid', 'Team 2026-10-25 02.30.00.mp4'],
    ['Team-RM_1-2026-10-25T013000.mp4', 'Europe/Madrid', 'Team 2026-10-25 02.30.00.mp4'],
    ['Team-RM_1-2026-03-29T005959.mp4', 'Europe/Madrid', 'Team 2026-03-29 01.59.59.mp4'],
    ['Team-RM_1-2026-03-29T010000.mp4', 'Europe/Madrid', 'Team 2026-03-29 03.00.00.mp4'],
    ['Team-RM_1-2026-01-31T000000.mp4', 'Europe/London', 'Team 2026-01-31 00.00.00.mp4'],
  ] as const)
    t.equal(nameBy({ name }, wallClock(zone)), expected);
});
