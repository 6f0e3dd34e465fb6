import { BlockList, isIP, isIPv6 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** A host name as addresses have it, or an address of IPv6 without its brackets. */
const bare = (name: string) => name.toLowerCase().replace(/^\[(.*)\]$/, '$1');

/** Whether a host name of a URL, or an address, is that of an IP address. */
export const isAddress = (name: string): boolean => isIP(bare(name)) !== 0;

/** Whether an address to listen at is every address of this machine. */
export const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

/**
 * Whether a host name or an address is this machine's own, which no other machine reaches: `localhost`
 * and what ends in it (RFC 6761 §6.3), `127.0.0.0/8`, `::1`.
 */
export function isLoopbackName(name: string): boolean {
  const host = bare(name);
  if (!isAddress(host)) return /^(?:.+\.)?localhost\.?$/.test(host);
  return loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
