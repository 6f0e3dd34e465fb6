import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { isLoopbackName } from '../../server/config/loopback.ts';
import type { PortRange, Settings } from './settings.ts';

/** A TCP port that one of our parts will listen on. */
export interface WantedPort {
  host: string;
  port: number;
  /** The part's name, for people. */
  by: string;
  /** The environment variable that changes it. */
  variable: string;
}

/** The TCP ports that a stack listens on. */
export function wantedPorts({ config, ours, ports }: Settings): WantedPort[] {
  const host = '127.0.0.1';
  // Ours listens there and on loopback, and for media at every address.
  const livekitHost = isLoopbackName(config.host) ? host : '0.0.0.0';
  return [
    { host: config.host, port: config.port, by: 'the app', variable: 'SERVER_PORT' },
    ...(ours.vite ? [{ host, port: ports.vite, by: 'Vite', variable: 'VITE_PORT' }] : []),
    ...(ours.s3 ? [{ host, port: ports.s3, by: 'S3 (versitygw)', variable: 'S3_PORT' }] : []),
    ...(ours.livekit
      ? [
          { host: livekitHost, port: ports.livekit, by: 'LiveKit', variable: 'LIVEKIT_PORT' },
          {
            host: livekitHost,
            port: ports.livekitTcp,
            by: 'LiveKit (media over TCP)',
            variable: 'LIVEKIT_TCP_PORT',
          },
          { host, port: ports.redis, by: 'Redis', variable: 'REDIS_PORT' },
        ]
      : []),
  ];
}

/** The message about a port that is in use. */
export const busyPort = ({ port, by, variable }: WantedPort): string =>
  `Port ${port}, wanted by ${by}, is in use: end what uses it, or set ${variable} to another port.`;

const canListen = ({ host, port }: { host: string; port: number }) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });

const canReceive = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind({ port, exclusive: true }, () => socket.close(() => resolve(true)));
  });

const freeUdpPorts = async ({ from, to }: PortRange) => {
  const all = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return (await Promise.all(all.map(canReceive))).filter(Boolean).length;
};

/** A sentence for each port of the stack that is in use. */
export async function busyPorts(settings: Settings): Promise<string[]> {
  const wanted = wantedPorts(settings);
  const free = await Promise.all(wanted.map(canListen));
  const problems = wanted.filter((_, index) => !free[index]).map(busyPort);
  // LiveKit takes any free port of its range: two connections need two.
  const { livekitUdp } = settings.ports;
  if (settings.ours.livekit && (await freeUdpPorts(livekitUdp)) < 2) {
    problems.push(
      `The UDP ports ${livekitUdp.from}-${livekitUdp.to}, wanted by LiveKit for media, are in use: ` +
        'set LIVEKIT_UDP_PORTS to others.',
    );
  }
  return problems;
}

/** A range from which Linux takes no ports for outgoing connections, which could collide. */
const pool: PortRange = { from: 20_000, to: 32_000 };

/** `count` consecutive ports that are free now for TCP and UDP. */
export async function freePorts(count: number): Promise<number[]> {
  for (;;) {
    const first = pool.from + Math.floor(Math.random() * (pool.to - pool.from - count));
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const checks = ports.flatMap((port) => [canListen({ host: '127.0.0.1', port }), canReceive(port)]);
    if ((await Promise.all(checks)).every(Boolean)) return ports;
  }
}
