import { connect } from 'node:net';
import { readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';

/** What a GET gave: its head, the bytes behind it, and how long it took, in ms, to its first byte and to its last. */
export interface Drained {
  head: string;
  bytes: number;
  firstMs: number;
  ms: number;
}

const buffer = Buffer.alloc(1 << 20);

/**
 * Gets a URL on a connection of its own, and takes no more time for its bytes than the system
 * needs to copy them: what is measured is who sends them.
 */
export function drain(url: string): Promise<Drained> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const began = performance.now();
  return new Promise((resolve, reject) => {
    let head = '';
    let bytes = 0;
    let firstMs = 0;
    let length = Infinity;
    const socket = connect({
      host: hostname,
      port: Number(port),
      onread: {
        buffer,
        callback(count) {
          if (head) bytes += count;
          else {
            // What we measure sends its head in one piece.
            const end = buffer.indexOf('\r\n\r\n');
            head = buffer.toString('latin1', 0, end);
            bytes = count - end - 4;
            firstMs = performance.now() - began;
            length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
          }
          if (bytes >= length) {
            socket.destroy();
            resolve({ head, bytes, firstMs, ms: performance.now() - began });
          }
          return true;
        },
      },
    });
    socket.once('error', reject);
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  });
}

const agent = new Agent({ keepAlive: true });

/** Gets a range on a connection that is kept: the ms until its first byte is there. */
export function drainRange(url: string, start: number, length: number): Promise<number> {
  const headers = { range: `bytes=${start}-${start + length - 1}` };
  const began = performance.now();
  return new Promise((resolve, reject) => {
    get(url, { agent, headers }, (response) => {
      let first = 0;
      let bytes = 0;
      response.on('data', (piece: Buffer) => {
        first ||= performance.now() - began;
        bytes += piece.length;
      });
      response.on('end', () =>
        response.statusCode === 206 && bytes === length
          ? resolve(first)
          : reject(new Error(`${url}: ${response.statusCode}, ${bytes} bytes`)),
      );
    }).on('error', reject);
  });
}

/** The CPU time that a process has had so far, in s. */
export function cpuOf(pid: number | undefined): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}
