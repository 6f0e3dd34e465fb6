import fc from 'fast-check';
import t from 'tap';
import { linkParts } from './links.ts';

t.test('addresses are links, what stands around them is not', async (t) => {
  t.same(linkParts('See https://example.org/a?b=1.'), [
    { text: 'See ' },
    { text: 'https://example.org/a?b=1', href: 'https://example.org/a?b=1' },
    { text: '.' },
  ]);
  t.same(linkParts('(http://localhost:6080)')[1], {
    text: 'http://localhost:6080',
    href: 'http://localhost:6080/',
  });
  t.same(linkParts('javascript:alert(1) ftp://x https://'), [
    { text: 'javascript:alert(1) ftp://x https://' },
  ]);
  t.same(
    linkParts('<https://a.example>"https://b.example"').map(({ href }) => href),
    [undefined, 'https://a.example/', undefined, 'https://b.example/', undefined],
  );
  t.same(linkParts(''), []);
});

t.test('nothing of a message is lost, and no link leads to anything but a web page', async () => {
  const texts = fc
    .string()
    .chain((text) => fc.constantFrom(text, `https://${text}`, `a http://b.example/${text} c`));
  fc.assert(
    fc.property(texts, (text) => {
      const parts = linkParts(text);
      return (
        parts.map((part) => part.text).join('') === text &&
        parts.every(({ href }) => href === undefined || /^https?:\/\//.test(href))
      );
    }),
  );
});
