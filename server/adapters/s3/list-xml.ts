import type { Listing } from './types.ts';

const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What stands in XML as character data (XML 1.0, 4.1 and 4.6). */
const unescapeXml = (text: string): string =>
  // Most have nothing to say again, and lists have thousands.
  text.includes('&')
    ? text.replace(
        /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
        (whole, hex?: string, decimal?: string, name = '') => {
          if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
          return decimal === undefined ? (named[name] ?? whole) : String.fromCodePoint(Number(decimal));
        },
      )
    : text;

/** The text of an element that has no others in it. */
const textOf = (xml: string, element: string): string => {
  const start = xml.indexOf(`<${element}>`);
  if (start < 0) return '';
  const from = start + element.length + 2;
  return unescapeXml(xml.slice(from, xml.indexOf('<', from)));
};

/**
 * What S3 answers to ListObjectsV2, a `ListBucketResult`. Not by a parser of all XML, which takes
 * longer than S3 does for the list: in this one no `<` is anything but the beginning of a tag.
 * @throws {Error} where it is something else
 */
export function parseListAnswer(xml: string): Listing {
  if (!xml.includes('<ListBucketResult') || xml.includes('<![CDATA['))
    throw new Error('S3 has answered with something that is no list');
  return {
    objects: xml
      .split('<Contents>')
      .slice(1)
      .map((content) => ({
        key: textOf(content, 'Key'),
        size: Number(textOf(content, 'Size')),
        lastModified: new Date(textOf(content, 'LastModified')),
      })),
    folders: xml
      .split('<CommonPrefixes>')
      .slice(1)
      .map((prefixes) => textOf(prefixes, 'Prefix')),
    isTruncated: textOf(xml, 'IsTruncated') === 'true',
  };
}
