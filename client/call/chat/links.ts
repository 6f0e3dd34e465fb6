/** A part of a message: a link, or text as it stands. */
export interface Part {
  text: string;
  href?: string;
}

// What closes a sentence or a bracket is not the address's.
const address = /https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]}]/gi;

/** A message in parts, whose texts are together the message: addresses of web pages are links. */
export function linkParts(message: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: text, index } of message.matchAll(address)) {
    if (!URL.canParse(text)) continue;
    if (index > end) parts.push({ text: message.slice(end, index) });
    parts.push({ text, href: new URL(text).href });
    end = index + text.length;
  }
  if (end < message.length) parts.push({ text: message.slice(end) });
  return parts;
}
