import fc from 'fast-check';
import t from 'tap';
import { newLink, readLink } from '../features/sharing/token.ts';
import { signerOf } from './support/signer.ts';

const { tokenOf, linkOf } = signerOf('a secret of some length, for tests only');
const name = 'Équipe "A" 🎥-RM_1-2026-01-31T101530000.mp4';

const madeOf = fc.record({
  createdAt: fc.integer({ min: 0, max: Date.UTC(5000, 0) }),
  expiresInSeconds: fc.integer({ min: 1, max: 3_650 * 86_400 }),
  download: fc.boolean(),
});
const links = madeOf.map(newLink);
const names = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((text) => `${text}.mp4`);

t.test('a token says what its link is', async (t) => {
  fc.assert(
    fc.property(madeOf, names, (made, name) => {
      const link = newLink(made);
      const token = tokenOf(link, name);
      t.match(token, /^[0-9a-z]{56}$/);
      t.equal(encodeURIComponent(token), token);
      t.same(linkOf(token, name), link);
      t.match(link, {
        createdAt: made.createdAt,
        expiresAt: made.createdAt + made.expiresInSeconds * 1_000,
        download: made.download,
      });
    }),
  );
});

t.test('the newest link sorts first', async () => {
  fc.assert(
    fc.property(links, links, (one, other) => {
      fc.pre(one.createdAt !== other.createdAt);
      return one.createdAt > other.createdAt === one.id < other.id;
    }),
  );
});

t.test('a token that was changed is none', async () => {
  fc.assert(
    fc.property(links, fc.nat(55), fc.constantFrom(...'0123456789abcdefwxyzAZ.-_~ é\0'), (link, at, sign) => {
      const token = tokenOf(link, name);
      fc.pre(token[at] !== sign);
      return linkOf(token.slice(0, at) + sign + token.slice(at + 1), name) === undefined;
    }),
  );
});

t.test('what is cut off, added or anything else is none', async () => {
  const token = tokenOf(newLink({ createdAt: 1, expiresInSeconds: 1, download: true }), name);
  for (let length = 0; length < token.length; length += 1)
    if (linkOf(token.slice(0, length), name)) throw new Error(`${length} characters are enough`);
  fc.assert(
    fc.property(
      fc.string({ minLength: 1 }),
      (more) => linkOf(token + more, name) === undefined && linkOf(more + token, name) === undefined,
    ),
  );
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => linkOf(text, name) === undefined));
});

t.test('a token of another recording, or of another secret, is none', async () => {
  const other = signerOf('another secret of some length, for tests only');
  fc.assert(
    fc.property(links, names, names, (link, one, another) => {
      fc.pre(one !== another);
      return (
        linkOf(tokenOf(link, one), another) === undefined &&
        other.linkOf(tokenOf(link, one), one) === undefined
      );
    }),
  );
});

t.test('whatever is in the bucket, it is a link or nothing', async () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => readLink(text) === undefined),
    { examples: [[''], ['x'], ['0'.repeat(24)], [`${'0'.repeat(15)}x00000000`]] },
  );
});
