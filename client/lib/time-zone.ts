/** The reader's time zone by its IANA name; undefined where the system does not have it. */
export function timeZone(): string | undefined {
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  return timeZone === 'Etc/Unknown' ? undefined : timeZone;
}
