import { locale as reader } from '../messages/words.ts';

/** Caches a format per locale: creating one takes far longer than using it. */
function perLocale<Format>(make: (locale: string) => Format) {
  const made = new Map<string, Format>();
  return (locale: string): Format => {
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
export function formatSize(bytes: number, locale = reader): string {
  const number = (value: number, unit: (typeof units)[number]) => {
    const format = sizeFormats(locale).get(unit);
    return (value >= 100 ? format?.whole : format?.tenths)?.format(value) ?? '';
  };
  let value = Math.max(0, bytes);
  for (const unit of units) {
    // 999.95 and more would be rounded to 1000, which is 1 of the next unit.
    if (value < 999.5 || unit === 'terabyte') return number(value, unit);
    value /= 1000;
  }
  return number(value, 'terabyte');
}

const dateFormats = perLocale(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }),
);

/** A day and time in the reader's locale. */
export function formatDate(ms: number, locale = reader): string {
  return dateFormats(locale).format(ms);
}

const timeFormats = perLocale(
  (locale) => new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit' }),
);

/** A time of day in the reader's locale. */
export function formatTime(ms: number, locale = reader): string {
  return timeFormats(locale).format(ms);
}
