// Which addresses an outbound request may reach. Owns the judgement alone, pure; resolving names and connecting:
// outbound.ts.

import ipaddr from 'ipaddr.js';

/** Why an address is refused, and whether listing a trusted network would allow it. */
export interface AddressRefusal {
  /** What the address is, for a sentence: `a private address`. */
  readonly what: string;
  readonly isTrustable: boolean;
}

export interface NetworkPolicy {
  /** Addresses and networks in CIDR form. */
  readonly trusted: readonly string[];
  /** Loopback is allowed, as BIFROST_DEVELOPMENT=1 says. */
  readonly development: boolean;
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
type Network = readonly [Address, number];

const LOOPBACK = networks('127.0.0.0/8', '::1/128');

/**
 * Where clouds hand out credentials to whoever asks from the machine itself, and what leads to the machine itself. A
 * trusted network that is too wide (10.0.0.0/8, ::/0) must not open these.
 */
const NEVER: readonly (readonly [string, readonly Network[]])[] = [
  ['a loopback address', LOOPBACK],
  // On Linux a connection to the unspecified address arrives at loopback.
  ['the unspecified address', networks('0.0.0.0/8', '::/128')],
  [
    'a cloud metadata address',
    networks(
      // AWS, Azure, Google, Oracle, DigitalOcean and others, credentials of containers (169.254.170.2, .23) among them.
      '169.254.0.0/16',
      // AWS by IPv6, Google by IPv6.
      'fd00:ec2::/32',
      'fd20:ce::254/128',
      // Alibaba; Azure's host agent, which is inside public space; Oracle's older one.
      '100.100.100.200/32',
      '168.63.129.16/32',
      '192.0.0.192/32',
    ),
  ],
  ['a link-local address', networks('fe80::/10')],
  ['a multicast or broadcast address', networks('224.0.0.0/4', 'ff00::/8', '255.255.255.255/32')],
];

/** RFC 4291 2.4, IANA: the only space from which global unicast addresses are given. */
const GLOBAL_IPV6 = ipaddr.parseCIDR('2000::/3');

const RANGE_NAMES: Readonly<Record<string, string>> = {
  private: 'a private address',
  uniqueLocal: 'a private address',
  deprecatedSiteLocal: 'a private address',
  carrierGradeNat: 'an address behind a carrier-grade NAT',
  rfc6052: 'an address behind a NAT64 gateway',
  '6to4': 'a 6to4 address',
  teredo: 'a Teredo address',
};

/**
 * `text`: an IP address as DNS or a URL gave it, without brackets. Null where it may be connected to: global unicast, or
 * within a trusted network. What an address carries inside (IPv4-mapped, NAT64, 6to4, Teredo) counts as well.
 */
export function refusalOfAddress(text: string, policy: NetworkPolicy): AddressRefusal | null {
  // A zone (fe80::1%eth0) names an interface of this machine: nothing public has one.
  if (text.includes('%') || !ipaddr.isValid(text)) return { what: 'no public address', isTrustable: false };
  const address = unmapped(ipaddr.parse(text));
  if (policy.development && isWithin(address, LOOPBACK)) return null;
  for (const each of [address, ...carried(address)]) {
    const never = NEVER.find(([, members]) => isWithin(each, members));
    if (never) return { what: never[0], isTrustable: false };
  }
  if (isTrusted(address, policy.trusted)) return null;
  const range = address.range();
  if (range === 'unicast' && isGlobal(address)) return null;
  return { what: RANGE_NAMES[range] ?? 'an address that is not public', isTrustable: true };
}

/** Whether it is this machine: 127.0.0.0/8 or ::1, also as IPv4 inside IPv6. */
export function isLoopbackAddress(text: string): boolean {
  return ipaddr.isValid(text) && isWithin(unmapped(ipaddr.parse(text)), LOOPBACK);
}

/** Whether an address of a request is in one of these networks, written in CIDR form. */
export function isWithinNetworks(text: string, within: readonly string[]): boolean {
  return ipaddr.isValid(text) && isTrusted(unmapped(ipaddr.parse(text)), within);
}

/** An address that the operating system connects to by IPv4 is judged as that. */
function unmapped(address: Address): Address {
  return address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() ? address.toIPv4Address() : address;
}

/** The IPv4 addresses to which a gateway on the way may hand the connection on. */
function carried(address: Address): ipaddr.IPv4[] {
  if (!(address instanceof ipaddr.IPv6)) return [];
  const bytes = address.toByteArray();
  const at = (start: number) => new ipaddr.IPv4(bytes.slice(start, start + 4));
  const first = bytes.slice(0, 12);
  // RFC 4291 2.5.5.1, IPv4-compatible.
  if (first.every((byte) => byte === 0)) return [at(12)];
  switch (address.range()) {
    case 'rfc6052':
      return [at(12)];
    case '6to4':
      return [at(2)];
    case 'teredo':
      // RFC 4380 4: the server, and the client with its bits turned over.
      return [at(4), new ipaddr.IPv4(bytes.slice(12).map((byte) => byte ^ 0xff))];
    default:
      // RFC 5214 6.1, ISATAP: any prefix, then 0000:5efe or 0200:5efe.
      return (bytes[8]! & 0xfd) === 0 && bytes[9] === 0 && bytes[10] === 0x5e && bytes[11] === 0xfe
        ? [at(12)]
        : [];
  }
}

function isGlobal(address: Address): boolean {
  return address instanceof ipaddr.IPv4 || address.match(GLOBAL_IPV6 as [ipaddr.IPv6, number]);
}

function isTrusted(address: Address, trusted: readonly string[]): boolean {
  return isWithin(address, networks(...trusted));
}

function isWithin(address: Address, members: readonly Network[]): boolean {
  return members.some(([base, bits]) => base.kind() === address.kind() && address.match(base, bits));
}

function networks(...texts: string[]): Network[] {
  return texts.map((text) => {
    const [base, bits] = text.includes('/') ? ipaddr.parseCIDR(text) : single(text);
    // A network written as IPv4 inside IPv6 means the IPv4 network.
    return base instanceof ipaddr.IPv6 && base.isIPv4MappedAddress() && bits >= 96
      ? [base.toIPv4Address(), bits - 96]
      : [base, bits];
  });
}

function single(text: string): Network {
  const address = ipaddr.parse(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
