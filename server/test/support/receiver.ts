import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { Test } from 'tap';

export interface Heard {
  headers: IncomingHttpHeaders;
  body: string;
  at: number;
}

/** Another system: `answer` gives the status of its answer to the request of that number; none for no answer. */
export async function receiver(t: Test, answer: (number: number) => number | undefined = () => 200) {
  const heard: Heard[] = [];
  let open = 0;
  let mostOpen = 0;
  const server = createServer((request, response) => {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    response.on('close', () => (open -= 1));
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push({ headers: request.headers, body, at: Date.now() });
      const status = answer(heard.length);
      if (status === undefined) return;
      setTimeout(() => response.writeHead(status, { location: '/elsewhere' }).end('{}'), 5);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/hook?token=1`, heard, mostOpen: () => mostOpen };
}
