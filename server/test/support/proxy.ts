import { request as forward, createServer } from 'node:http';
import type { Test } from 'tap';

/**
 * A proxy before a part of the stack, which counts the requests that pass, and can be
 * made to be away. Host and path stay as they are, so that signatures hold.
 */
export async function proxyTo(t: Test, target: string) {
  const { hostname, port } = new URL(target);
  const requests: string[] = [];
  let isAway = false;
  /** Paths of requests that get no answer. */
  let unanswered: RegExp | undefined;
  /** Bytes passed on from the part to whoever asked. */
  let bytes = 0;

  const server = createServer((incoming, outgoing) => {
    if (isAway) {
      incoming.socket.destroy();
      return;
    }
    requests.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
    const { method, url: path, headers } = incoming;
    const upstream = forward({ hostname, port, method, path, headers });
    upstream.on('response', (response) => {
      if (unanswered?.test(path ?? '')) {
        response.resume();
        return;
      }
      outgoing.writeHead(response.statusCode ?? 500, response.headers);
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.pipe(outgoing);
      outgoing.on('close', () => response.destroy());
    });
    upstream.on('error', () => incoming.socket.destroy());
    incoming.pipe(upstream);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    bytes: () => bytes,
    /** Refuses from now on. */
    goAway() {
      isAway = true;
      server.closeAllConnections();
    },
    /** Still passes on requests, but from now on no answers to those of these paths. */
    fallSilent(paths = /./) {
      unanswered = paths;
    },
    comeBack() {
      isAway = false;
      unanswered = undefined;
      server.closeAllConnections();
    },
  };
}
