import { once } from 'node:events';
import { createServer, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** What an answer of S3 meets with on its way, once `after` bytes of its body have passed. */
export interface Hostility {
  kind:
    | 'reset'
    | 'close'
    | 'close behind a paused reader'
    | 'shorter'
    | 'longer'
    | 'stall'
    | 'trickle'
    | 'silent'
    | 'no HTTP'
    | 'no object'
    | 'another range'
    | 'busy'
    | 'gone';
  after: number;
}

/** The head of an answer as it came, but for what `change` says of some headers. */
function headOf({ statusCode, rawHeaders }: IncomingMessage, change: Record<string, string> = {}): string {
  const lines = [`HTTP/1.1 ${statusCode} -`];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    lines.push(`${name}: ${change[name.toLowerCase()] ?? rawHeaders[i + 1]}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

const garbage = {
  'no HTTP': 'SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n',
  'no object': 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<p>Log in</p>',
  busy: 'HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\n\r\n',
  gone: 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n',
};

const isGarbage = (kind: string): kind is keyof typeof garbage => kind in garbage;

/**
 * A proxy before an S3 server, at a free port, that does to each answer to a GET of an object what
 * `decide` says of its key.
 */
export async function hostileStorage(
  t: { teardown: (end: () => Promise<void>) => unknown },
  target: string,
  decide: (key: string) => Hostility | undefined,
) {
  const { hostname, port } = new URL(target);

  async function spoil(answer: IncomingMessage, { socket }: ServerResponse, { kind, after }: Hostility) {
    if (!socket) return;
    if (isGarbage(kind)) {
      socket.end(garbage[kind]);
      answer.destroy();
      return;
    }
    const length = Number(answer.headers['content-length']);
    const change: Record<string, string> = {};
    if (kind === 'shorter') change['content-length'] = String(length + 10);
    if (kind === 'another range') change['content-range'] = `bytes 7-${length + 6}/${length + 7}`;
    socket.write(headOf(answer, change));
    let passed = 0;
    for await (const chunk of answer) {
      if (socket.destroyed) return;
      const piece: Buffer = chunk;
      const isReached = passed + piece.length > after;
      const now =
        isReached && kind !== 'another range' ? piece.subarray(0, Math.max(0, after - passed)) : piece;
      passed += now.length;
      if (!socket.write(now) && kind === 'close behind a paused reader') {
        const drained = await Promise.race([once(socket, 'drain').then(() => true), sleep(30, false)]);
        if (!drained) {
          socket.end();
          return;
        }
      } else if (socket.writableNeedDrain) await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
      if (!isReached) continue;
      const rest = piece.subarray(now.length);
      if (kind === 'reset') {
        socket.resetAndDestroy();
        return;
      }
      if (kind === 'close') {
        socket.end();
        return;
      }
      if (kind === 'silent') return;
      if (kind === 'stall') await sleep(300);
      if (kind === 'trickle') {
        for (let at = 0; at < Math.min(rest.length, 200); at += 10) {
          socket.write(rest.subarray(at, at + 10));
          await sleep(2);
        }
        socket.write(rest.subarray(Math.min(rest.length, 200)));
      } else socket.write(rest);
      passed += rest.length;
      after = Infinity;
    }
    // What is longer goes on behind its end; what is shorter ends, ten bytes too early.
    if (kind === 'longer') socket.write('x'.repeat(1_000));
    socket.end();
  }

  const server = createServer((incoming, outgoing) => {
    const { method = '', url: path = '', headers } = incoming;
    const upstream = forward({ hostname, port, method, path, headers });
    upstream.on('error', () => incoming.socket.destroy());
    outgoing.on('error', () => undefined);
    incoming.socket.on('error', () => undefined);
    upstream.on('response', (answer) => {
      answer.on('error', () => undefined);
      incoming.socket.on('close', () => answer.destroy());
      const [key = ''] = path.split('?');
      const isObject = answer.statusCode === 200 || answer.statusCode === 206;
      const hostility = method === 'GET' && isObject ? decide(decodeURIComponent(key)) : undefined;
      if (hostility) {
        spoil(answer, outgoing, hostility).catch(() => incoming.socket.destroy());
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    incoming.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (!address || typeof address === 'string') throw new Error('the proxy has no port');
  return { url: `http://127.0.0.1:${address.port}` };
}
