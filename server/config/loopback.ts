import { BlockList, isIP, isIPv6 } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');

/** A host name in lower case; an IPv6 address without its brackets. */
const bare = (name: string) => name.toLowerCase().replace(/^\[(.*)\]$/, '$1');

/** Whether a host is an IP address, with or without IPv6's brackets. */
export const isAddress = (name: string): boolean => isIP(bare(name)) !== 0;

/** Whether an address to listen at is every address of this machine. */
export const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

/**
 * Whether a host name or an address is loopback, which no other machine can reach: `localhost` and its
 * subdomains (RFC 6761 §6.3), `127.0.0.0/8`, `::1`.
 */
export function isLoopbackName(name: string): boolean {
  const host = bare(name);
  if (!isAddress(host)) return /^(?:.+\.)?localhost\.?$/.test(host);
  return loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}
