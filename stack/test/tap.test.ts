import t from 'tap';
import { brief, countTap } from '../testing/tap.ts';

t.test('assertions are counted, not the tests that hold them', async (t) => {
  const tap = `TAP version 14
# Subtest: a.test.ts
    # Subtest: one
        ok 1 - is
        not ok 2 - is not
          ---
          source: |
            ok 1 - quoted
            not ok 2 - quoted
          ...
        1..2
    not ok 1 - one # time=1ms
      ---
      at: here
      ...
    # Subtest: two
        ok 1 - is
    ok 2 - two
not ok 1 - a.test.ts # time=3ms
1..1
`;
  t.same(countTap(tap), { passed: 2, failed: 1 });
});

t.test('a test without assertions counts as one', async (t) => {
  const tap = `# Subtest: a.test.ts
    # Subtest: holds for all
        1..0
    ok 1 - holds for all
ok 1 - a.test.ts
`;
  t.same(countTap(tap), { passed: 1, failed: 0 });
});

t.test('a file that crashes is a failure, whatever it did before', async (t) => {
  const tap = `# Subtest: a.test.ts
    ok 1 - is
not ok 1 - a.test.ts
  ---
  exitCode: 1
  ...
# Subtest: b.test.ts
    1..0 # no tests found
not ok 2 - b.test.ts
`;
  t.same(countTap(tap), { passed: 1, failed: 2 });
});

t.test('what is skipped or to do counts for nothing', async (t) => {
  const tap = `# Subtest: a.test.ts
    ok 1 - later # SKIP
    not ok 2 - some day # TODO
    ok 3 - is
ok 1 - a.test.ts
# Subtest: b.test.ts
    1..0 # no tests found
ok 2 - b.test.ts # SKIP no tests found
`;
  t.same(countTap(tap), { passed: 1, failed: 0 });
});

t.test('nothing is nothing', async (t) => {
  t.same(countTap(''), { passed: 0, failed: 0 });
});

t.test('the brief version has a line for each file, and what failed in it', async (t) => {
  const tap = `TAP version 14
# Subtest: a.test.ts
    ok 1 - is
    1..1
ok 1 - a.test.ts # time=1234.5ms

# Subtest: b.test.ts
    # Subtest: one
        ok 1 - is
        not ok 2 - is not
          ---
          diff: here
          ...
        1..2
    not ok 1 - one # time=1ms
not ok 2 - b.test.ts # time=3ms
  ---
  exitCode: 1
  ...

1..2`;
  t.same(tap.split('\n').flatMap(brief()), [
    'ok a.test.ts (1 s)',
    '# Subtest: b.test.ts',
    '    # Subtest: one',
    '        not ok 2 - is not',
    '          ---',
    '          diff: here',
    '          ...',
    '    not ok 1 - one # time=1ms',
    'not ok 2 - b.test.ts # time=3ms',
    '  ---',
    '  exitCode: 1',
    '  ...',
  ]);
});
