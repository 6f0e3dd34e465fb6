import { loadavg } from 'node:os';

/** A number that was measured, in `unit`; with what it has to hold against, where it has to. */
export interface Row {
  what: string;
  value: number;
  unit: string;
  /** The same measured of something else, in the same run. */
  compared?: { what: string; value: number };
  /** The most that it may be. */
  target?: number;
  /** The least that it may be. */
  least?: number;
}

const short = (value: number) =>
  String(Math.abs(value) < 100 ? Math.round(value * 10) / 10 : Math.round(value));

const cells = ({ what, value, unit, compared, target, least }: Row): string[] => [
  what,
  `${short(value)} ${unit}`,
  compared ? `${compared.what}: ${short(compared.value)} ${unit}` : '',
  compared ? (value / compared.value).toFixed(2) : '',
  target !== undefined
    ? `≤ ${short(target)} ${unit}`
    : least !== undefined
      ? `≥ ${short(least)} ${unit}`
      : '',
  target === undefined && least === undefined
    ? ''
    : value <= (target ?? Infinity) && value >= (least ?? 0)
      ? 'yes'
      : 'NO',
];

/** Prints what was measured as a table in Markdown, and how busy the machine was. */
export function printTable(rows: Row[]): void {
  const lines = [['what', 'number', 'compared with', 'ratio', 'target', 'met'], ...rows.map(cells)];
  const widths = lines[0]?.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const print = (line: string[], filler = ' ') =>
    console.log(`| ${line.map((cell, column) => cell.padEnd(widths?.[column] ?? 0, filler)).join(' | ')} |`);
  for (const [index, line] of lines.entries()) {
    print(line);
    if (index === 0)
      print(
        line.map(() => ''),
        '-',
      );
  }
  console.log(
    `load average: ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}`,
  );
}
