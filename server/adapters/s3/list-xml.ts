import type { Listing } from './types.ts';

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Decodes the character and entity references of XML (XML 1.0, 4.1 and 4.6). */
const unescapeXml = (text: string): string =>
  // Most texts have none, and lists have thousands of texts.
  text.includes('&')
    ? text.replace(
        /&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi,
        (whole, hex?: string, decimal?: string, name = '') => {
          if (hex !== undefined) return String.fromCodePoint(parseInt(hex, 16));
          return decimal === undefined ? (entities[name] ?? whole) : String.fromCodePoint(Number(decimal));
        },
      )
    : text;

/** The text of an element without child elements. */
const textOf = (xml: string, element: string): string => {
  const start = xml.indexOf(`<${element}>`);
  if (start < 0) return '';
  const from = start + element.length + 2;
  return unescapeXml(xml.slice(from, xml.indexOf('<', from)));
};

/**
 * Parses the response to ListObjectsV2, a `ListBucketResult`. Not by a general XML parser, which takes longer
 * than S3 takes for the list: here every `<` begins a tag.
 * @throws {Error} where it is none
 */
export function parseListResponse(xml: string): Listing {
  if (!xml.includes('<ListBucketResult') || xml.includes('<![CDATA['))
    throw new Error('S3 answered with something that is not a list');
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
