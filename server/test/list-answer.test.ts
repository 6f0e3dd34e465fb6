import fc from 'fast-check';
import t from 'tap';
import { parseListResponse } from '../adapters/s3/list-xml.ts';
import type { Listing } from '../adapters/s3/types.ts';

/** As different servers write it. */
const escapes: ((text: string) => string)[] = [
  (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
  (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&#34;')
      .replaceAll("'", '&apos;'),
  (text) => [...text].map((sign) => `&#x${sign.codePointAt(0)?.toString(16)};`).join(''),
];

const answerOf = ({ objects, folders, isTruncated }: Listing, escape: (text: string) => string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name><Prefix>${escape('a<b>&')}</Prefix><IsTruncated>${isTruncated}</IsTruncated>${objects
    .map(
      ({ key, size, lastModified }) =>
        `<Contents><LastModified>${lastModified.toISOString()}</LastModified><ETag>&quot;x&quot;</ETag><Key>${escape(key)}</Key><Size>${size}</Size><Owner><ID>o</ID></Owner></Contents>`,
    )
    .join(
      '\n',
    )}${folders.map((folder) => `<CommonPrefixes><Prefix>${escape(folder)}</Prefix></CommonPrefixes>`).join('')}</ListBucketResult>`;

const key = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text));

t.test('whatever keys are called, they come out of the answer as they went in', async () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          key,
          size: fc.nat(),
          lastModified: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31') }),
        }),
      ),
      fc.array(key),
      fc.boolean(),
      fc.constantFrom(...escapes),
      (objects, folders, isTruncated, escape) => {
        const listing = { objects, folders, isTruncated };
        t.same(parseListResponse(answerOf(listing, escape)), listing);
      },
    ),
  );
});

t.test('what is no list is not taken for an empty one', async (t) => {
  for (const text of [
    '',
    '<html></html>',
    '<Error><Code>SlowDown</Code></Error>',
    '<ListBucketResult><![CDATA[x]]>',
  ])
    t.throws(() => parseListResponse(text), text);
});
