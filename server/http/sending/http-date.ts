const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const month = `(?<month>${months.join('|')})`;
const time = String.raw`(?<hour>[01]\d|2[0-3]):(?<minute>[0-5]\d):(?<second>[0-5]\d|60)`;

/** IMF-fixdate, and the two obsolete formats that must be accepted: RFC 850's and asctime's. */
const formats = [
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d\d) ${month} (?<year>\d{4}) ${time} GMT`,
  String.raw`(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d\d)-${month}-(?<year>\d\d) ${time} GMT`,
  String.raw`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${month} (?<day>[ \d]\d) ${time} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** Expands a two-digit year, which is never more than fifty years ahead. */
function fullYear(year: string): number {
  if (year.length === 4) return Number(year);
  const ahead = new Date().getUTCFullYear() + 50;
  const guess = ahead - (ahead % 100) + Number(year);
  return guess > ahead ? guess - 100 : guess;
}

/** Parses an HTTP date (RFC 9110 §5.6.7) to ms since 1970; undefined where it is invalid. */
export function parseHttpDate(text: string): number | undefined {
  const parts = formats.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (!parts) return undefined;
  const { day, month = '', year = '', hour, minute, second } = parts;
  const date = new Date(0);
  date.setUTCFullYear(fullYear(year), months.indexOf(month), Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  return date.setUTCHours(Number(hour), Number(minute), Number(second));
}
