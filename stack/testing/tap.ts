/** How many assertions passed and failed. */
export interface Count {
  passed: number;
  failed: number;
}

/**
 * Counts the assertions of a TAP stream. A test with assertions is not counted itself, unless it failed and
 * none of them did (its file crashed, or timed out); skipped and todo points do not count.
 */
export function countTap(tap: string): Count {
  const count = { passed: 0, failed: 0 };
  /** Of the test that is open at each depth: whether it had a point, and a failed one. */
  const inside: { points: boolean; failed: boolean }[] = [];
  let diagnostics: string | undefined;
  for (const line of tap.split('\n')) {
    const indent = /^ */.exec(line)?.[0] ?? '';
    const text = line.slice(indent.length);
    // A point's diagnostics may quote anything, TAP too.
    if (diagnostics !== undefined) {
      if (text === '...' && indent === diagnostics) diagnostics = undefined;
      continue;
    }
    if (text === '---') {
      diagnostics = indent;
      continue;
    }
    const point = /^(not )?ok\b/.exec(text);
    if (!point) continue;
    const depth = indent.length / 4;
    const children = inside[depth + 1] ?? { points: false, failed: false };
    inside.length = Math.min(inside.length, depth + 1);
    const ignored = /# (SKIP|TODO)\b/i.test(text);
    const failed = point[1] !== undefined && !ignored;
    if (failed && !children.failed) count.failed += 1;
    if (!failed && !ignored && !children.points) count.passed += 1;
    const siblings = (inside[depth] ??= { points: false, failed: false });
    siblings.points = true;
    siblings.failed ||= failed;
  }
  return count;
}

/**
 * Makes a function that is given TAP line by line and returns the lines worth showing:
 * one for each file that passed, and of a file that failed all but what passed in it.
 */
export function brief(): (line: string) => string[] {
  let file: string[] = [];
  let failed = false;
  return (line) => {
    if (line.startsWith('# Subtest: ')) {
      file = [line];
      failed = false;
    } else if (/^ok\b/.test(line)) {
      const [, name = line, ms = ''] = /^ok \d+ - (.*?)(?: # time=([\d.]+)ms)?$/.exec(line) ?? [];
      file = [];
      return [`ok ${name}${ms && ` (${Math.round(Number(ms) / 1000)} s)`}`];
    } else if (/^not ok\b/.test(line)) {
      failed = true;
      return [...file.splice(0), line];
    } else if (failed && /^ {2}(---|\.\.\.|(exitCode|signal|failureType|timeout):)/.test(line)) {
      return [line];
    } else if (!failed && line.startsWith(' ') && !/^ +(ok\b|1\.\.|# time=|$)/.test(line)) {
      file.push(line);
    }
    return [];
  };
}
