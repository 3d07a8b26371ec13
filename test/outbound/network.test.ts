// The table of addresses: what an outbound request may reach, and what no setting opens.

import { describe, expect, it } from 'vitest';
import { refusalOfAddress } from '../../src/network.ts';

const everything = ['0.0.0.0/0', '::/0'];

function judged(address: string, trusted: readonly string[] = [], development = false) {
  const refusal = refusalOfAddress(address, { trusted, development });
  return refusal === null ? 'reached' : refusal.isTrustable ? 'trustable' : 'never';
}

describe('an address that DNS or a URL gave', () => {
  const table: readonly (readonly [string, string, string])[] = [
    ['8.8.8.8', 'reached', 'public'],
    ['2606:4700::1111', 'reached', 'public'],
    ['::ffff:8.8.8.8', 'reached', 'IPv4-mapped, public'],
    ['10.1.2.3', 'trustable', 'private'],
    ['172.16.0.1', 'trustable', 'private'],
    ['172.32.0.1', 'reached', 'just after the private range'],
    ['192.168.1.1', 'trustable', 'private'],
    ['100.64.0.1', 'trustable', 'carrier-grade NAT'],
    ['100.128.0.1', 'reached', 'just after it'],
    ['192.0.0.1', 'trustable', 'protocol assignments'],
    ['192.0.2.1', 'trustable', 'documentation'],
    ['198.51.100.1', 'trustable', 'documentation'],
    ['203.0.113.1', 'trustable', 'documentation'],
    ['198.18.0.1', 'trustable', 'benchmark'],
    ['198.19.255.255', 'trustable', 'benchmark'],
    ['192.88.99.1', 'trustable', '6to4 relay'],
    ['240.0.0.1', 'trustable', 'reserved'],
    ['fc00::1', 'trustable', 'unique local'],
    ['fd12:3456::1', 'trustable', 'unique local'],
    ['fec0::1', 'trustable', 'site local'],
    ['2001:db8::1', 'trustable', 'documentation'],
    ['3fff::1', 'trustable', 'documentation'],
    ['2001:2::1', 'trustable', 'benchmark'],
    ['100::1', 'trustable', 'discard'],
    ['5f00::1', 'trustable', 'segment routing'],
    ['4000::1', 'trustable', 'given to nobody yet'],
    ['::ffff:10.0.0.1', 'trustable', 'IPv4-mapped, private'],
    ['::ffff:a00:1', 'trustable', 'IPv4-mapped, private, in hex'],
    ['::a00:1', 'trustable', 'IPv4-compatible'],
    ['64:ff9b::a00:1', 'trustable', 'NAT64, private'],
    ['64:ff9b::808:808', 'trustable', 'NAT64, public: whether there is such a gateway, the operator knows'],
    ['64:ff9b:1::a00:1', 'trustable', 'NAT64 of the network itself'],
    ['2002:a00:1::1', 'trustable', '6to4, private'],
    ['2001:0:808:808::f5ff:fffe', 'trustable', 'Teredo, private client'],
    ['2001:20::1', 'trustable', 'ORCHID'],
    ['127.0.0.1', 'never', 'loopback'],
    ['127.8.8.8', 'never', 'loopback'],
    ['::1', 'never', 'loopback'],
    ['::ffff:127.0.0.1', 'never', 'IPv4-mapped, loopback'],
    ['::7f00:1', 'never', 'IPv4-compatible, loopback'],
    ['64:ff9b::7f00:1', 'never', 'NAT64, loopback'],
    ['2002:7f00:1::', 'never', '6to4, loopback'],
    ['2002:a9fe:a9fe::', 'never', '6to4, metadata'],
    ['2001:0:a9fe:a9fe::1', 'never', 'Teredo, metadata as server'],
    ['2001:0:808:808::5601:5601', 'never', 'Teredo, metadata as client'],
    ['2001:db8::5efe:169.254.169.254', 'never', 'ISATAP, metadata'],
    ['0.0.0.0', 'never', 'unspecified'],
    ['0.1.2.3', 'never', 'this network'],
    ['::', 'never', 'unspecified'],
    ['169.254.169.254', 'never', 'metadata of most clouds'],
    ['169.254.170.2', 'never', 'credentials of containers'],
    ['::ffff:169.254.169.254', 'never', 'IPv4-mapped, metadata'],
    ['64:ff9b::a9fe:a9fe', 'never', 'NAT64, metadata'],
    ['fd00:ec2::254', 'never', 'metadata of AWS'],
    ['fd20:ce::254', 'never', 'metadata of Google'],
    ['100.100.100.200', 'never', 'metadata of Alibaba'],
    ['168.63.129.16', 'never', "Azure's host agent"],
    ['fe80::1', 'never', 'link-local'],
    ['fe80::1%eth0', 'never', 'with a zone'],
    ['224.0.0.1', 'never', 'multicast'],
    ['ff02::1', 'never', 'multicast'],
    ['255.255.255.255', 'never', 'broadcast'],
    ['example.com', 'never', 'no address'],
    ['', 'never', 'nothing'],
  ];

  for (const [address, expected, what] of table) {
    it(`${address} (${what}): ${expected}`, () => {
      expect(judged(address)).toBe(expected);
      expect(judged(address, everything)).toBe(expected === 'trustable' ? 'reached' : expected);
    });
  }

  it('is reached within a trusted network, and only there', () => {
    expect(judged('10.20.3.4', ['10.20.0.0/16'])).toBe('reached');
    expect(judged('10.21.3.4', ['10.20.0.0/16'])).toBe('trustable');
    expect(judged('::ffff:10.20.3.4', ['10.20.0.0/16'])).toBe('reached');
    expect(judged('10.20.3.4', ['::ffff:10.20.0.0/112'])).toBe('reached');
    expect(judged('fd12::1', ['fd12::/16', '192.0.2.7'])).toBe('reached');
    expect(judged('192.0.2.7', ['192.0.2.7'])).toBe('reached');
  });

  it('is reached on this machine in development, and nothing else changes', () => {
    for (const address of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
      expect(judged(address, [], true)).toBe('reached');
    }
    for (const address of ['10.0.0.1', '169.254.169.254', '0.0.0.0', '::', '64:ff9b::7f00:1', 'fe80::1']) {
      expect(judged(address, [], true)).not.toBe('reached');
    }
  });
});
