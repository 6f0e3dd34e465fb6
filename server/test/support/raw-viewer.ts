import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An answer as it came over the wire. */
export interface RawAnswer {
  status: number;
  headers: Map<string, string>;
  body: Buffer;
  /** Whether as many bytes came as its Content-Length said. */
  isWhole: boolean;
}

/** A viewer on a connection of its own, who does with it what no HTTP client lets one do. */
export async function connectTo(url: string) {
  const { hostname, port, host } = new URL(url);
  const socket: Socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  let received: Buffer[] = [];
  let length = 0;
  let isClosed = false;
  let wake: () => void = () => undefined;
  socket.on('data', (piece: Buffer) => {
    received.push(piece);
    length += piece.length;
    wake();
  });
  socket.on('close', () => {
    isClosed = true;
    wake();
  });

  const more = () => new Promise<void>((resolve) => (wake = resolve));
  function all(): Buffer {
    const one = received.length === 1 && received[0] ? received[0] : Buffer.concat(received);
    received = [one];
    return one;
  }
  function take(count: number): Buffer {
    const taken = all().subarray(0, count);
    received = [all().subarray(count)];
    length -= taken.length;
    return taken;
  }

  return {
    socket,
    received: () => length,
    leave: () => socket.destroy(),

    ask(path: string, headers: Record<string, string> = {}, { method = 'GET', version = '1.1' } = {}) {
      const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.write(`${method} ${path} HTTP/${version}\r\n${lines.join('')}\r\n`);
    },

    /** The next answer, as much of it as came; nothing where the connection ended before its head. */
    async answer(): Promise<RawAnswer | undefined> {
      const endOfHead = () => all().indexOf('\r\n\r\n');
      while (endOfHead() < 0 && !isClosed) await more();
      const end = endOfHead();
      if (end < 0) return undefined;
      const [first = '', ...lines] = take(end + 4)
        .toString('latin1')
        .split('\r\n');
      const headers = new Map(
        lines.filter(Boolean).map((line): [string, string] => {
          const at = line.indexOf(':');
          return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
        }),
      );
      const expected = Number(headers.get('content-length') ?? NaN);
      while (length < expected && !isClosed) await more();
      const body = take(expected);
      return { status: Number(first.split(' ')[1]), headers, body, isWhole: body.length === expected };
    },
  };
}
