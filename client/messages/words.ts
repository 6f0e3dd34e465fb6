const page = typeof document === 'undefined' ? undefined : document.documentElement;

/** The page's language as its `lang` says; English where there is no page, as in tests. */
export const language: string = page?.lang || 'en';

const isSpokenHere = (tag: string) => tag.split('-', 1)[0] === language.split('-', 1)[0];

/** How numbers and dates are written: the reader's own variety of the page's language, such as `en-GB`. */
export const locale: string = navigator.languages.find(isSpokenHere) ?? language;

const numbers = new Intl.NumberFormat(locale);
const rules = new Intl.PluralRules(language);

/** A number as the reader writes it: `1,204`. */
export const number = (value: number): string => numbers.format(value);

/** The form that a number takes (CLDR's plural categories), with the number in place of `#`. */
export const plural = (
  count: number,
  forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string },
): string => (forms[rules.select(count)] ?? forms.other).replace('#', number(count));

/** A span of time in words: `30 days`. */
export const span = (value: number, unit: 'hour' | 'day' | 'week' | 'year'): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
