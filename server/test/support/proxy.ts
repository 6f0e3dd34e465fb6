import { request as forward, createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What a request meets with: it is passed on late, its answer stops for good after so many bytes, or it gets
 * this answer, by default that of an S3 that is too busy.
 */
export type Fault = { delayMs: number } | { stopAfter: number } | { status: number; body?: string };

const busy = '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>';

/** A request that has not reached whom it was for. */
interface HeldRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * A proxy before a part of the stack, at any free port or at `port`, which counts the
 * requests that pass, and can be made to be away, slow or faulty. Host and path stay as
 * they are, so that signatures hold.
 */
export async function proxyTo(
  t: { teardown: (end: () => Promise<void>) => unknown },
  target: string,
  port = 0,
) {
  const upstreamAt = new URL(target);
  const requests: string[] = [];
  let isAway = false;
  /** Paths of requests that get no answer. */
  let unanswered: RegExp | undefined;
  /** What becomes of a request, `GET /path?query`, the n-th since this was set. */
  let faultOf: ((request: string, n: number, headers: IncomingHttpHeaders) => Fault | undefined) | undefined;
  let sinceFaults = 0;
  let addedHeaders: Record<string, string> = {};
  /** Requests that are kept, and told to be done. */
  let heldPaths: RegExp | undefined;
  const held: HeldRequest[] = [];
  const statuses: string[] = [];
  let listener: ((request: IncomingMessage) => void) | undefined;
  /** Bytes passed on from the part to whoever asked. */
  let bytes = 0;
  /** Answers that are being passed on. */
  let transfers = 0;

  const server = createServer((incoming, outgoing) => {
    if (isAway) {
      incoming.socket.destroy();
      return;
    }
    const { method = '', url: path = '', headers } = incoming;
    const request = `${method} ${path.split('?')[0]}`;
    requests.push(request);
    listener?.(incoming);
    if (heldPaths?.test(request)) {
      void text(incoming).then((body) => {
        held.push({ path, headers, body });
        outgoing.end();
      });
      return;
    }
    const fault = faultOf?.(`${method} ${path}`, ++sinceFaults, headers);
    if (fault && 'status' in fault) {
      incoming.resume();
      const body = fault.body ?? busy;
      outgoing.writeHead(fault.status, {
        'content-type': 'application/xml',
        'content-length': Buffer.byteLength(body),
      });
      outgoing.end(body);
      return;
    }
    const pass = () => {
      // Whoever asked has gone meanwhile.
      if (incoming.socket.destroyed) return;
      const { hostname, port } = upstreamAt;
      const upstream = forward({ hostname, port, method, path, headers });
      let answer: IncomingMessage | undefined;
      // Whoever asked has gone: what is half sent, or half answered, would keep this process alive.
      outgoing.on('close', () => {
        if (!outgoing.writableFinished && !answer?.complete) upstream.destroy();
      });
      upstream.on('response', (response) => {
        answer = response;
        statuses.push(`${request} ${response.statusCode}`);
        if (unanswered?.test(path)) {
          response.resume();
          return;
        }
        outgoing.writeHead(response.statusCode ?? 500, { ...response.headers, ...addedHeaders });
        let passed = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          passed += chunk.length;
          if (fault && 'stopAfter' in fault && passed >= fault.stopAfter) response.unpipe(outgoing).pause();
        });
        response.pipe(outgoing);
        transfers += 1;
        outgoing.on('close', () => (transfers -= 1));
      });
      upstream.on('error', () => incoming.socket.destroy());
      incoming.pipe(upstream);
    };
    if (fault && 'delayMs' in fault) void sleep(fault.delayMs).then(pass);
    else pass();
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  t.teardown(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(() => closed()));
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the proxy has no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    bytes: () => bytes,
    transfers: () => transfers,
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
    /** Hears of each request from now on. */
    onRequest(hear: (request: IncomingMessage) => void) {
      listener = hear;
    },
    /** Keeps these requests from now on, and tells their senders that they are done. */
    hold(paths: RegExp) {
      heldPaths = paths;
      return held;
    },
    /** From now on has requests meet with faults: what `decide` says of each, `GET /path?query`, the n-th, with these headers. */
    misbehave(decide: NonNullable<typeof faultOf>) {
      faultOf = decide;
      sinceFaults = 0;
    },
    /** Has every answer say this as well. */
    answerWith(headers: Record<string, string>) {
      addedHeaders = headers;
    },
    comeBack() {
      isAway = false;
      heldPaths = undefined;
      unanswered = undefined;
      faultOf = undefined;
      server.closeAllConnections();
    },
  };
}
