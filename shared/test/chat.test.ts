import fc from 'fast-check';
import t from 'tap';
import { mergeMessages, parseMessages, type ChatMessage } from '../rooms/chat.ts';

const message = (id: string, at: number, text = id): ChatMessage => ({
  id,
  at,
  text,
  identity: 'ana 1',
  name: 'Ana',
});

t.test('each message stands once, in the order of time', async (t) => {
  const merged = mergeMessages(
    [message('b', 2), message('d', 4)],
    [message('a', 1), message('b', 2, 'forged'), message('c', 3)],
  );
  t.same(
    merged.map(({ text }) => text),
    ['a', 'b', 'c', 'd'],
    'what one has seen oneself counts',
  );
  const many = Array.from({ length: 600 }, (_, n) => message(String(n), n));
  t.equal(mergeMessages(many, []).length, 500);
  t.equal(mergeMessages(many, []).at(-1)?.id, '599', 'the latest of too many');
});

t.test('nothing but messages is read', async (t) => {
  t.same(parseMessages(JSON.stringify([message('a', 1)])), [message('a', 1)]);
  for (const text of [
    undefined,
    '',
    'null',
    '{',
    '{}',
    '[1]',
    JSON.stringify([{ ...message('a', 1), text: 'x'.repeat(2001) }]),
  ])
    t.same(parseMessages(text), [], String(text));
  fc.assert(fc.property(fc.string(), (text) => parseMessages(text).length === 0));
});
