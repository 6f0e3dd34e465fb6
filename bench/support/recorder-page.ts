import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/** The first line of Egress's log with these words, of this egress. */
function logLine(egressId: string, words: string): string {
  const log = readFileSync(join(process.env.REELROOM_STACK ?? '', 'logs', 'egress.log'), 'utf8');
  const line = log.split('\n').find((one) => one.includes(words) && one.includes(egressId));
  if (!line) throw new Error(`Egress did not log: ${words}`);
  return line;
}

/** When Egress wrote these words of an egress into its log, in ms since 1970. */
export const logged = (egressId: string, words: string): number =>
  Date.parse(logLine(egressId, words).split('\t')[0] ?? '');

/** The profile of the Chromium that films for an egress. */
function profileOf(egressId: string): string {
  const [, handlerId] = /"handlerID": "(\w+)"/.exec(logLine(egressId, 'START_RECORDING')) ?? [];
  for (const pid of readdirSync('/proc')) {
    try {
      // Chromium may have written over its arguments, with spaces between them.
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const [, profile] = /--user-data-dir=([^\0 ]+)/.exec(command) ?? [];
      if (handlerId && profile?.includes(handlerId)) return profile;
    } catch {
      // Not a process, or one that has ended.
    }
  }
  throw new Error(`no Chromium films for ${egressId}`);
}

/**
 * When the page that an egress films came to its marks, in ms since 1970: asked of its
 * Chromium, while it records.
 */
export async function pageMarks(egressId: string): Promise<Record<string, number>> {
  const [port] = readFileSync(join(profileOf(egressId), 'DevToolsActivePort'), 'utf8').split('\n');
  const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
  try {
    const page = browser.contexts()[0]?.pages()[0];
    if (!page) throw new Error('the Chromium has no page');
    return await page.evaluate(() => {
      const marks: Record<string, number> = { navigation: performance.timeOrigin };
      for (const { name, startTime } of performance.getEntriesByType('mark'))
        marks[name] = performance.timeOrigin + startTime;
      return marks;
    });
  } finally {
    // Only our connection to it.
    await browser.close();
  }
}
