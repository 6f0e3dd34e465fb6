/**
 * The first moment of a day in the reader's time zone, or of a day some days later.
 * @param day such as `2026-01-31`
 */
export function startOfDay(day: string, later = 0): Date {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later);
}
