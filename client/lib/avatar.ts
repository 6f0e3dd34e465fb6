const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The initials of a name, one or two characters: `Ana María` is `AM`. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends
    .map((word) => [...graphemes.segment(word ?? '')][0]?.segment ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** A hue (0–359) derived from a text. */
export function hue(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360_000;
  return (hash * 47) % 360;
}
