import { createServer, request as forward } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../stack/lib/ports.ts';

/** `target` as somebody far away sees it: each request arrives `delayMs` late. */
export async function farFrom(target: string, delayMs: number) {
  const { hostname, port } = new URL(target);
  const requests: string[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const { method, url: path = '', headers } = incoming;
    requests.push(path);
    await sleep(delayMs);
    const upstream = forward({ hostname, port, method, path, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  const [itsPort = 0] = await freePorts(1);
  await new Promise<void>((listening) => server.listen(itsPort, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${itsPort}`,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
