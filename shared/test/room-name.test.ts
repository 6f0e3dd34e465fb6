import fc from 'fast-check';
import t from 'tap';
import { z } from 'zod';
import { roomNameSchema, titleSchema, tokenInputSchema } from '../index.ts';

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
  for (const name of [
    '../x',
    'a\\b',
    'a|b',
    '{time}',
    'a\u0000b',
    'a\u007fb',
    '\ud800',
    'gpj.\u202eexe',
    'a\u2066b',
  ])
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

t.test('what looks the same is the same name', async (t) => {
  const decomposed = 'Cafe\u0301';
  t.equal(roomNameSchema.parse(decomposed), 'Caf\u00e9');
  t.equal(titleSchema.parse(decomposed), 'Caf\u00e9');
  const { participantName } = tokenInputSchema.parse({ roomName: 'a', participantName: decomposed });
  t.equal(participantName, 'Caf\u00e9');
});

t.test('LiveKit takes whatever a participant may be called', async (t) => {
  const problemOf = (participantName: string) =>
    tokenInputSchema.safeParse({ roomName: 'a', participantName }).error?.issues[0]?.message;
  // 256 bytes of UTF-8, and an identity has a few more than the name.
  for (const name of ['x'.repeat(128), '漢'.repeat(60), '🎥'.repeat(45), 'א\u200fb'])
    t.equal(problemOf(name), undefined);
  for (const name of ['x'.repeat(129), '漢'.repeat(61), 'é'.repeat(128)])
    t.match(problemOf(name), /participantName is too long/);
  t.match(problemOf('a\u202eb'), /participantName may not contain/);
  t.match(titleSchema.safeParse('a\u202eb').error?.issues[0]?.message, /title may not contain/);
});

t.test('what its JSON Schema takes is accepted', async (t) => {
  const { pattern = '', maxLength = 0 } = z.toJSONSchema(roomNameSchema, { io: 'input' });
  const unit = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom(...'a é漢🎥]\\^-|{}/\u202e\u0000\ufeff\u0301'),
  );
  for (const flags of ['', 'u'])
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 140 }), (text) => {
        const isTaken = new RegExp(pattern, flags).test(text) && [...text].length <= maxLength;
        // Composing makes a few rare signs longer.
        return (
          !isTaken || text.normalize('NFC').length > text.length || roomNameSchema.safeParse(text).success
        );
      }),
      { numRuns: 1_000 },
    );
  for (const name of ['a', 'Équipe "A" 🎥', '..', 'x'.repeat(128), '🎥'.repeat(45), ' a]b^c-d '])
    t.match(name, new RegExp(pattern, 'u'));
});
