const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const month = `(?<month>${months.join('|')})`;
const time = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)`;

/** The one that is sent, and the two that are still to be understood: RFC 850's and that of C's asctime. */
const forms = [
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d\d) ${month} (?<year>\d{4}) ${time} GMT`,
  String.raw`(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d\d)-${month}-(?<year>\d\d) ${time} GMT`,
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>[ \d]\d) ${time} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** A year of two digits is never more than fifty years ahead. */
function fullYear(year: string): number {
  if (year.length === 4) return Number(year);
  const ahead = new Date().getUTCFullYear() + 50;
  const guess = ahead - (ahead % 100) + Number(year);
  return guess > ahead ? guess - 100 : guess;
}

/** An HTTP date (RFC 9110 §5.6.7), in ms since 1970; nothing for what is none. */
export function parseHttpDate(text: string): number | undefined {
  const parts = forms.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return undefined;
  const { day, month = '', year = '', hour, minute, second } = parts;
  const date = new Date(0);
  date.setUTCFullYear(fullYear(year), months.indexOf(month), Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  return date.setUTCHours(Number(hour), Number(minute), Number(second));
}
