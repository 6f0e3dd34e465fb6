const two = (n: number) => String(n).padStart(2, '0');

/** A length of time as a clock shows it: `0:07`, `12:30`, `1:02:03`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** Keeps what `make` makes for each locale: a format takes far longer to make than to use. */
function perLocale<Format>(make: (locale: string | undefined) => Format) {
  const made = new Map<string | undefined, Format>();
  return (locale: string | undefined): Format => {
    const known = made.get(locale) ?? make(locale);
    made.set(locale, known);
    return known;
  };
}

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

const sizeFormats = perLocale((locale) => {
  const format = (unit: string, maximumFractionDigits: number) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit,
      unitDisplay: unit === 'byte' ? 'narrow' : 'short',
      maximumFractionDigits,
    });
  return new Map(
    units.map((unit) => [unit, { whole: format(unit, 0), tenths: format(unit, unit === 'byte' ? 0 : 1) }]),
  );
});

/** A file's size in the reader's locale: `820 kB`, `24.1 MB`. */
export function formatSize(bytes: number, locale?: string): string {
  const number = (value: number, unit: (typeof units)[number]) => {
    const format = sizeFormats(locale).get(unit);
    return (value >= 100 ? format?.whole : format?.tenths)?.format(value) ?? '';
  };
  let value = Math.max(0, bytes);
  for (const unit of units) {
    // 999.95 and more would be shown as 1000: that is 1 of the next unit.
    if (value < 999.5 || unit === 'terabyte') return number(value, unit);
    value /= 1000;
  }
  return number(value, 'terabyte');
}

const dateFormats = perLocale(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
);

/** A day and time in the reader's locale. */
export function formatDate(ms: number, locale?: string): string {
  return dateFormats(locale).format(ms);
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** One or two signs that stand for a name where there is no picture: `Ana María` is `AM`. */
export function initials(name: string): string {
  const words = name.split(/\s+/u).filter(Boolean);
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words;
  return ends
    .map((word) => [...graphemes.segment(word ?? '')][0]?.segment ?? '')
    .join('')
    .toLocaleUpperCase();
}

/** A hue (0–359) that is always the same for the same text. */
export function hue(text: string): number {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360_000;
  return (hash * 47) % 360;
}
