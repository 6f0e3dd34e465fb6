import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { App } from './app.ts';
import { createScreen } from './screen.ts';

/** A page that is open on a subscription and sees the type of each event, as a browser's EventSource does. */
export async function openPage(app: App, subscription: string) {
  const leave = new AbortController();
  const response = await fetch(`${app.url}/trpc/${subscription}?input={}`, {
    headers: { accept: 'text/event-stream' },
    signal: leave.signal,
  });
  if (!response.ok || !response.body) throw new Error(`${subscription}: ${response.status}`);
  const screen = createScreen(subscription);
  const read = async () => {
    for await (const line of createInterface(Readable.from(response.body ?? []))) {
      const [, event] = /^data: .*"type":"([a-z-]+)"/.exec(line) ?? [];
      if (event) screen.show(event);
    }
  };
  // Ends with an error when we leave.
  read().catch(() => undefined);
  return { screen, leave: () => leave.abort() };
}
