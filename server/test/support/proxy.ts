import { request as forward, createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import type { Test } from 'tap';

/** A request that has not reached whom it was for. */
interface HeldRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * A proxy before a part of the stack, which counts the requests that pass, and can be
 * made to be away, at any free port or at `port`. Host and path stay as they are, so that signatures hold.
 */
export async function proxyTo(t: Test, target: string, port = 0) {
  const upstreamAt = new URL(target);
  const requests: string[] = [];
  let isAway = false;
  /** Paths of requests that get no answer. */
  let unanswered: RegExp | undefined;
  /** Requests that get an answer of ours. */
  let refused: { paths: RegExp; status: number; body: string } | undefined;
  /** Requests that are kept, and told to be done. */
  let heldPaths: RegExp | undefined;
  const held: HeldRequest[] = [];
  const statuses: string[] = [];
  /** Bytes passed on from the part to whoever asked. */
  let bytes = 0;

  const server = createServer((incoming, outgoing) => {
    if (isAway) {
      incoming.socket.destroy();
      return;
    }
    const { method = '', url: path = '', headers } = incoming;
    const request = `${method} ${path.split('?')[0]}`;
    requests.push(request);
    if (refused?.paths.test(request)) {
      incoming.resume();
      outgoing.writeHead(refused.status, { 'content-type': 'application/xml', connection: 'close' });
      outgoing.end(refused.body);
      return;
    }
    if (heldPaths?.test(request)) {
      void text(incoming).then((body) => {
        held.push({ path, headers, body });
        outgoing.end();
      });
      return;
    }
    const { hostname, port } = upstreamAt;
    const upstream = forward({ hostname, port, method, path, headers });
    upstream.on('response', (response) => {
      statuses.push(`${request} ${response.statusCode}`);
      if (unanswered?.test(path)) {
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
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
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
    /** What was answered to each request: `GET /healthz 200`. */
    statuses,
    /** Answers these requests (`PUT /bucket/key`) with this status and body from now on. */
    refuse(paths: RegExp, status: number, body: string) {
      refused = { paths, status, body };
    },
    /** Keeps these requests from now on, and tells their senders that they are done. */
    hold(paths: RegExp) {
      heldPaths = paths;
      return held;
    },
    comeBack() {
      isAway = false;
      refused = undefined;
      heldPaths = undefined;
      unanswered = undefined;
      server.closeAllConnections();
    },
  };
}
