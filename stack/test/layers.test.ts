import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ESLint } from 'eslint';
import t from 'tap';
import { filesAmong } from '../commands/own-stack.ts';
import { root } from '../lib/settings.ts';

t.setTimeout(120_000);

/** An import that goes up, for each layer: in a file of the first, of the second. */
const upward = [
  ['server/lib/a.ts', '../config/options.ts'],
  ['server/config/a.ts', '../adapters/s3/bucket.ts'],
  ['server/adapters/s3/a.ts', '../../bucket/layout.ts'],
  ['server/bucket/a.ts', '../http/trpc.ts'],
  ['server/http/a.ts', '../features/access/policy.ts'],
  ['server/features/library/a.ts', '../recording/lifecycle.ts'],
  ['server/features/webhooks/outgoing/a.ts', '../../../jobs/runner.ts'],
  ['server/features/pages/a.ts', '../../services.ts'],
  ['server/jobs/a.ts', '../app.ts'],
  ['client/lib/a.ts', '../design/toasts.svelte.ts'],
  ['client/design/a.ts', '../app/routes.ts'],
  ['client/app/a.ts', '../pages/library/labels.ts'],
  ['client/media/a.ts', '../call/active-call.ts'],
  ['client/player/a.ts', '../recordings/rows.ts'],
  ['client/sharing/a.ts', '../recordings/labels.ts'],
  ['client/recordings/a.ts', '../call/active-call.ts'],
  ['client/call/stage/a.ts', '../../pages/library/labels.ts'],
  ['client/recorder/a.ts', '../pages/library/labels.ts'],
  ['client/recordings/a.ts', 'livekit-client'],
  ['shared/a.ts', '../server/router.ts'],
  ['sdk/a.ts', '../client/app/routes.ts'],
] as const;

t.test('an import that goes up the layers is refused', async (t) => {
  const eslint = new ESLint({ cwd: root });
  for (const [filePath, imported] of upward) {
    const [result] = await eslint.lintText(`import '${imported}';\n`, { filePath });
    t.ok(
      result?.messages.some(({ ruleId }) => ruleId === 'no-restricted-imports'),
      `${filePath} → ${imported}`,
    );
  }
});

/** Groups of places each of which leads to the others. */
function circles(arrows: Map<string, Set<string>>): string[][] {
  const reachable = (from: string) => {
    const found = new Set<string>();
    const waiting = [...(arrows.get(from) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
      if (!found.has(next)) {
        found.add(next);
        waiting.push(...(arrows.get(next) ?? []));
      }
    return found;
  };
  const reached = new Map([...arrows.keys()].map((place) => [place, reachable(place)]));
  return [...reached]
    .filter(([place, all]) => all.has(place))
    .map(([place, all]) => [place, ...[...all].filter((other) => reached.get(other)?.has(place))].sort());
}

t.test('neither files nor folders import each other in circles', async (t) => {
  const files = ['server', 'client', 'shared', 'sdk', 'stack']
    .flatMap((folder) => [...filesAmong([folder], '.ts'), ...filesAmong([folder], '.svelte')])
    .filter((file) => !/(^|\/)test\/|\.test\.ts$/.test(file));
  t.ok(files.length > 200, `${files.length} files`);
  const byFile = new Map<string, Set<string>>();
  const byFolder = new Map<string, Set<string>>();
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8');
    const imported = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, path = '']) =>
      normalize(join(dirname(file), path)),
    );
    byFile.set(file, new Set(imported));
    const folders = byFolder.get(dirname(file)) ?? new Set();
    for (const other of imported) if (dirname(other) !== dirname(file)) folders.add(dirname(other));
    byFolder.set(dirname(file), folders);
  }
  t.same(circles(byFile), []);
  t.same(circles(byFolder), []);
});
