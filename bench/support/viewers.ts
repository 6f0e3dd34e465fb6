import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';

/** How often slow viewers read, in ms. */
const beat = 100;

/** Viewers of one video, each on a connection of its own, who read as slowly as they are told. */
export function createViewers(url: string) {
  const { hostname, port, host, pathname } = new URL(url);

  function open(): Socket {
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    // In paused mode: what nobody reads stays with the sender.
    socket.on('readable', () => undefined);
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return socket;
  }

  const everybody: Socket[] = [];
  const timers: NodeJS.Timeout[] = [];
  return {
    /** So many who read so many bytes a second, or none. */
    join(count: number, bytesPerSecond: number): Socket[] {
      const sockets = Array.from({ length: count }, open);
      everybody.push(...sockets);
      const most = (bytesPerSecond * beat) / 1_000;
      if (most > 0)
        timers.push(
          setInterval(() => {
            for (const socket of sockets) socket.read(Math.min(most, socket.readableLength) || undefined);
          }, beat),
        );
      return sockets;
    },

    end(): void {
      for (const timer of timers) clearInterval(timer);
      for (const socket of everybody) socket.destroy();
    },
  };
}

/** How many connections there are to a port of this machine. */
export function connectionsTo(url: string): number {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
  const established = '01';
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .filter((line) => {
      const [, , remote = '', state] = line.trim().split(/\s+/);
      return remote.endsWith(`:${port}`) && state === established;
    }).length;
}
