import { request as forward, createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';

/** What a request meets with: it is passed on late, or gets an answer of this status that S3 gives when it is too busy. */
export type Fault = { delayMs: number } | { status: number };

const busy = '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

/**
 * A proxy before a part of the stack, which counts the requests that pass, and can be
 * made to be away, slow or faulty. Host and path stay as they are, so that signatures hold.
 */
export async function proxyTo(t: Test, target: string) {
  const { hostname, port } = new URL(target);
  const requests: string[] = [];
  let isAway = false;
  /** Paths of requests that get no answer. */
  let unanswered: RegExp | undefined;
  /** What becomes of a request, `GET /path?query`, the n-th since this was set. */
  let faultOf: ((request: string, n: number) => Fault | undefined) | undefined;
  let sinceFaults = 0;
  /** Bytes passed on from the part to whoever asked. */
  let bytes = 0;

  const server = createServer((incoming, outgoing) => {
    if (isAway) {
      incoming.socket.destroy();
      return;
    }
    requests.push(`${incoming.method} ${incoming.url?.split('?')[0]}`);
    const { method, url: path, headers } = incoming;
    const fault = faultOf?.(`${method} ${path}`, ++sinceFaults);
    if (fault && 'status' in fault) {
      incoming.resume();
      outgoing.writeHead(fault.status, { 'content-type': 'application/xml' }).end(busy);
      return;
    }
    const pass = () => {
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
    };
    if (fault) void sleep(fault.delayMs).then(pass);
    else pass();
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
    /** From now on has requests meet with faults: what `decide` says of each, `GET /path?query`, and the n-th. */
    misbehave(decide: (request: string, n: number) => Fault | undefined) {
      faultOf = decide;
      sinceFaults = 0;
    },
    comeBack() {
      isAway = false;
      unanswered = undefined;
      faultOf = undefined;
      server.closeAllConnections();
    },
  };
}
