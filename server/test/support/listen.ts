import type { Test } from 'tap';
import { until } from './until.ts';

/** Listens to a subscription as a browser's EventSource does; all that was said so far. */
export async function listen(t: Test, url: string, path: string, input: object, lastEventId?: string) {
  const leave = new AbortController();
  t.teardown(() => leave.abort());
  const query = new URLSearchParams({ input: JSON.stringify(input) });
  const response = await fetch(`${url}/trpc/${path}?${query}`, {
    headers: { accept: 'text/event-stream', ...(lastEventId && { 'last-event-id': lastEventId }) },
    signal: leave.signal,
  });
  let said = '';
  const read = async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) said += decoder.decode(chunk, { stream: true });
  };
  read().catch(() => undefined);
  return {
    leave: () => leave.abort(),
    said: () => said,
    hears: (text: string) => until(text, async () => said.includes(text)),
  };
}
