import fc from 'fast-check';
import t from 'tap';
import { roomNameSchema } from '../index.ts';

const problem = (name: unknown) => roomNameSchema.safeParse(name).error?.issues[0]?.message;

t.test('free text is a room name', async (t) => {
  for (const name of [
    'a',
    'Équipe "A" 🎥',
    "it's 50 % <b>",
    '((',
    '..',
    '.reelroom',
    '%2F',
    '🎥'.repeat(45),
    'x'.repeat(128),
  ])
    t.equal(roomNameSchema.parse(name), name);
});

t.test('white space around it does not count', async (t) => {
  t.equal(roomNameSchema.parse('  stand up \n'), 'stand up');
  t.match(problem('   '), /required/);
});

t.test('what cannot be a room name is refused with a sentence that says what can', async (t) => {
  for (const name of [undefined, null, 7, '', {}])
    t.match(problem(name), /roomName is required/, JSON.stringify(name));
  t.match(problem('x'.repeat(129)), /at most 128 characters/);
  t.match(problem('🎥'.repeat(46)), /at most 180 bytes/);
  for (const name of ['../x', 'a\\b', 'a|b', '{time}', 'a\u0000b', 'a\u007fb', '\ud800'])
    t.match(problem(name), /may not contain .* are fine/, JSON.stringify(name));
});

t.test('whatever is accepted is one folder-less part of a path', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (text) => {
      const { data } = roomNameSchema.safeParse(text);
      return (
        data === undefined || (!/[/\\]/.test(data) && Buffer.byteLength(data) <= 180 && data === data.trim())
      );
    }),
    { numRuns: 1000 },
  );
});
